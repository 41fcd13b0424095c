import {
  Lexer,
  type MarkedOptions,
  type Token,
  Tokenizer,
  type TokenizerExtensionFunction,
  type Tokens,
} from "marked";
import {
  blockMath,
  blockMathStart,
  inlineMath,
  inlineMathStart,
  maskMath,
  mayHaveMath,
  openMath,
  paragraphEnd,
} from "./math";

/** Quotes and lists in one another. Deeper ones are text: nobody reads them, and each level costs stack and time. */
const DEEPEST_BLOCK = 8;
/** Emphasis and links in one another. */
const DEEPEST_INLINE = 12;

/** Cells of a table. A row that has too few is filled up, so a short text could ask for millions. */
const MOST_CELLS = 10_000;

/** Whether the text goes on: then a formula that is begun and not ended is not read as Markdown. */
export type Ending = "final" | "unfinished";

/**
 * The rules of Markdown as this app reads it: GitHub's, with these differences.
 * - Raw HTML is text like any other. There is no state that a tag could open.
 * - A quote has `>` on every line. Elsewhere a quote swallows the line below it; in a chat that line is one's answer.
 * - Nothing nests without bound.
 */
class ChatTokenizer extends Tokenizer {
  #depth = 0;

  override html(): undefined {
    return undefined;
  }

  /**
   * What begins like a block that is none here stays a paragraph up to the next blank line. Left to marked, each of
   * its lines would be a paragraph joined to the one before, which takes the square of their number.
   */
  asParagraph(src: string): Tokens.Paragraph | undefined {
    const tooDeep = this.#depth >= DEEPEST_BLOCK && /^ {0,3}(?:>|[*+-][ \t\n]|\d{1,9}[.)][ \t\n])/.test(src);
    if (!tooDeep && !this.rules.other.htmlBeginRegex(4).test(src.split("\n", 1)[0] ?? "")) return undefined;
    const raw = src.slice(0, paragraphEnd(src));
    return { type: "paragraph", raw, text: raw, tokens: this.lexer.inline(raw) };
  }

  // A tag is one piece of text, so that addresses and stars within it stay what they are.
  override tag(src: string): Tokens.Tag | undefined {
    const raw = src.startsWith("<") ? this.rules.inline.tag.exec(src)?.[0] : undefined;
    return raw === undefined
      ? undefined
      : { type: "html", raw, text: raw, block: false, inLink: false, inRawBlock: false };
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    const raw = /^(?: {0,3}>[^\n]*(?:\n|$))+/.exec(src)?.[0].replace(/\n$/, "");
    if (!raw) return undefined;
    const text = raw.replace(/^ {0,3}> ?/gm, "");
    const { top } = this.lexer.state;
    this.lexer.state.top = true;
    const tokens = this.#deeper(() => this.lexer.blockTokens(text, []));
    this.lexer.state.top = top;
    return { type: "blockquote", raw, text, tokens };
  }

  override list(src: string): Tokens.List | undefined {
    return this.#deeper(() => super.list(src));
  }

  override table(src: string): Tokens.Table | undefined {
    const [head = "", line = ""] = src.split("\n", 2);
    if (!/^[ \t|:-]+$/.test(line)) return undefined;
    const rows = src.slice(0, paragraphEnd(src)).split("\n").length;
    return rows * head.split("|").length > MOST_CELLS ? undefined : super.table(src);
  }

  #deeper<T>(work: () => T): T {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
    }
  }
}

/**
 * Whether reading a run of text would take time that grows with its square. From each mark marked looks ahead through
 * its run, and from each character of a word through that word; a run where this adds up is nothing that a person reads.
 */
function isTangled(run: string): boolean {
  if (run.length < 1000) return false;
  let marks = 0;
  for (const _ of run.matchAll(/\*+|_+|~+|`+|[[\]<!$\\]/g)) marks += 1;
  return marks > MOST_MARKS || /\S{2000}|[ \t]{200}/.test(run);
}
const MOST_MARKS = 1000;

class ChatLexer extends Lexer {
  #depth = 0;

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#depth >= DEEPEST_INLINE || (this.#depth === 0 && isTangled(src))) {
      tokens.push({ type: "text", raw: src, text: src, escaped: true });
      return tokens;
    }
    this.#depth += 1;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#depth -= 1;
    }
  }
}

/** What is tried before Markdown's own rules. */
function extraRules(
  tokenizer: ChatTokenizer,
  text: string,
  ending: Ending,
): Pick<MarkedOptions, "extensions" | "hooks"> {
  const block: TokenizerExtensionFunction[] = [(src) => tokenizer.asParagraph(src)];
  const extensions = { renderers: {}, childTokens: {}, block };
  if (!mayHaveMath(text)) return { extensions };
  const open = ending === "unfinished" ? openMath : () => undefined;
  return {
    extensions: {
      ...extensions,
      block: [(src) => blockMath(src) ?? open(src), ...block],
      inline: [(src, tokens) => inlineMath(src, tokens.at(-1)?.raw.at(-1) ?? "") ?? open(src)],
      startBlock: [blockMathStart],
      startInline: [inlineMathStart],
    },
    // Only this one hook is looked at by the lexer.
    hooks: { emStrongMask: maskMath } as unknown as NonNullable<MarkedOptions["hooks"]>,
  };
}

/**
 * `breaks`: a newline is kept. People expect it of what they typed, a poem or an address needs it, and models put no
 * newline into a paragraph that they do not mean.
 */
export function lex(text: string, ending: Ending = "final"): Lexer["tokens"] {
  const tokenizer = new ChatTokenizer();
  const options = { gfm: true, breaks: true, tokenizer, ...extraRules(tokenizer, text, ending) };
  return new ChatLexer(options).lex(text);
}
