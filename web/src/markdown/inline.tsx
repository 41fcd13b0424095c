import type { Token, Tokens } from "marked";
import { Fragment, type ReactNode } from "react";
import { t } from "../i18n";
import { Formula } from "./Formula";
import { linkTarget, trueDestination } from "./links";
import type { MathToken } from "./math";
import { type Mentions, splitAtMentions } from "./mentions";
import { plainOf } from "./plain";
import { decodeReferences } from "./references";

export interface Surroundings {
  mentions: Mentions | undefined;
  /** In a link there are no other links, and no mentions. */
  inLink?: boolean;
  /** A table's cell cannot break its lines but by `<br>`. */
  inCell?: boolean;
}

export function inline(tokens: readonly Token[] | undefined, around: Surroundings): ReactNode {
  return tokens?.map((token, i) => <Fragment key={i}>{element(token as Tokens.Generic, around)}</Fragment>);
}

function element(token: Tokens.Generic, around: Surroundings): ReactNode {
  const inner = () => inline(token["tokens"], around);
  switch (token.type) {
    case "strong":
      return <strong>{inner()}</strong>;
    case "em":
      return <em>{inner()}</em>;
    case "del":
      // One tilde means "about": "~5 to ~10".
      return token.raw.startsWith("~~") ? <del>{inner()}</del> : <>~{inner()}~</>;
    case "codespan":
      return <code>{token["text"]}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token as Tokens.Link, around);
    case "image":
      return image(token as Tokens.Image, around);
    case "math":
      return <Formula token={token as MathToken} />;
    case "checkbox":
      return checkbox(token as Tokens.Checkbox);
    case "text":
    case "escape":
      if (token["tokens"]) return inner();
      return text(token["escaped"] ? token["text"] : decodeReferences(token["text"]), around);
    case "html":
      return around.inCell && /^<br ?\/?>$/i.test(token.raw) ? <br /> : token.raw;
    default:
      return token.raw;
  }
}

function text(value: string, around: Surroundings): ReactNode {
  if (!around.mentions || around.inLink || !value.includes("@")) return lines(value);
  return splitAtMentions(value, around.mentions).map(({ text, mention }, i) =>
    mention ? (
      <span key={i} className={mention === "me" ? "mention mention-me" : "mention"}>
        {text}
      </span>
    ) : (
      <Fragment key={i}>{lines(text)}</Fragment>
    ),
  );
}

// Only a text that is not read as Markdown still has newlines.
function lines(value: string): ReactNode {
  return value.includes("\n")
    ? value.split("\n").map((line, i) => (
        <Fragment key={i}>
          {i > 0 && <br />}
          {line}
        </Fragment>
      ))
    : value;
}

function link(token: Tokens.Link, around: Surroundings): ReactNode {
  if (around.inLink) return inline(token.tokens, around);
  const url = linkTarget(token.autolink ? token.href : decodeReferences(token.href));
  // What leads nowhere is no link, and is shown as it was written.
  if (!url) return token.raw;
  const inside = inline(token.tokens, { ...around, inLink: true });
  return anchor(url, inside, trueDestination(plainOf(token.tokens), url));
}

/** Pictures from elsewhere are never fetched: that alone would tell their server who reads this, and what is in the address. */
function image(token: Tokens.Image, around: Surroundings): ReactNode {
  const label = decodeReferences(token.text) || t("text.image");
  if (around.inLink) return label;
  const url = linkTarget(decodeReferences(token.href));
  return url ? anchor(url, label, trueDestination(label, url)) : token.raw;
}

// The author's title is left out: as a tooltip it could name another address than the one below it.
function anchor(url: URL, inside: ReactNode, destination: string | undefined): ReactNode {
  return (
    <>
      <a href={url.href} target="_blank" rel="noopener noreferrer nofollow">
        {inside}
      </a>
      {destination && <span className="link-to"> ({destination})</span>}
    </>
  );
}

function checkbox(token: Tokens.Checkbox): ReactNode {
  const label = token.checked ? t("text.done") : t("text.to_do");
  return <input type="checkbox" checked={token.checked} disabled readOnly aria-label={label} />;
}
