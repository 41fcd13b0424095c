import type { Token, Tokens } from "marked";
import { t } from "../i18n";
import { lex } from "./lexer";
import { decodeReferences } from "./references";

/** What a preview or a notification shows at most, and a little for the syntax that falls away. */
const LONGEST = 1000;

/** A message as one line without syntax, for previews and notifications. */
export function plain(text: string): string {
  return plainOf(lex(text.slice(0, LONGEST)))
    .replace(/\s+/g, " ")
    .trim();
}

/** The text of tokens as one reads it. */
export function plainOf(tokens: readonly Token[]): string {
  return tokens.map((token) => textOf(token as Tokens.Generic)).join("");
}

function textOf(token: Tokens.Generic): string {
  switch (token.type) {
    case "text":
    case "escape":
      // Only a list's item has text with tokens of its own.
      if (token["tokens"]) return `${plainOf(token["tokens"])} `;
      return token["escaped"] ? token["text"] : decodeReferences(token["text"]);
    case "codespan":
      return token["text"];
    case "code":
      return `${token["text"]} `;
    case "image":
      return decodeReferences(token["text"]) || t("text.image");
    case "math":
      return token["tex"];
    case "br":
    case "space":
    case "hr":
      return " ";
    case "def":
      return "";
    case "checkbox":
      return token["checked"] ? "☑ " : "☐ ";
    case "list":
      return token["items"].map(textOf).join("");
    case "table":
      return [token["header"], ...token["rows"]]
        .flat()
        .map((cell: Tokens.TableCell) => `${plainOf(cell.tokens)} `)
        .join("");
    case "html":
      return token.raw;
    default: {
      // Blocks are apart from what follows, spans are not.
      const apart = ["paragraph", "heading", "blockquote", "list_item"].includes(token.type) ? " " : "";
      return token["tokens"] ? plainOf(token["tokens"]) + apart : token.raw;
    }
  }
}
