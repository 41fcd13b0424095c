import type { Tokens } from "marked";

/** TeX between its delimiters. `closed` is false for what is still being written. */
export interface MathToken extends Tokens.Generic {
  type: "math";
  raw: string;
  tex: string;
  display: boolean;
  closed: boolean;
}

const closers = { $$: "$$", "\\[": "\\]", "\\(": "\\)", $: "$" } as const;
type Opener = keyof typeof closers;

/** No formula is longer; without a bound every lone dollar would look through the whole text. */
const LONGEST = 4000;

export const mayHaveMath = (text: string) => /\$|\\[([]/.test(text);

function openerAt(src: string): Opener | undefined {
  const two = src.slice(0, 2);
  if (two === "$$" || two === "\\[" || two === "\\(") return two;
  return src[0] === "$" ? "$" : undefined;
}

/** Where the first blank line begins. TeX ends a formula there too, and blocks are only ever cut there. */
export function paragraphEnd(src: string): number {
  const blank = /\n[ \t]*(?:\n|$)/.exec(src);
  return blank ? blank.index : src.length;
}

function closerIn(src: string, opener: Opener): number {
  const reach = src.slice(0, LONGEST);
  for (let at = opener.length; ; at += 1) {
    at = reach.indexOf(closers[opener], at);
    if (at < 0) return -1;
    const escaped = opener.startsWith("$") && reach[at - 1] === "\\" && reach[at - 2] !== "\\";
    if (!escaped) return /\n[ \t]*\n/.test(reach.slice(0, at)) ? -1 : at;
  }
}

/**
 * "$5 and $6" is no formula. Like Pandoc: no space inside the dollars, no digit behind them; and what begins with a
 * number and goes on with ordinary words is an amount of money.
 */
function isPrice(tex: string, before: string, after: string): boolean {
  if (/^\s|\s$|\n|`/.test(tex) || /[\p{L}\p{N}]/u.test(before) || /[\p{L}\p{N}]/u.test(after)) return true;
  const words = tex.replace(/\\[a-zA-Z]+\s*(?:\{[^}]*\})?/g, "");
  return /^\d/.test(tex) && /(?:^|[\s(/-])[a-z]{2,}(?:[\s,.;)]|$)/i.test(words);
}

function formula(raw: string, opener: Opener, closed: boolean): MathToken {
  const tex = closed ? raw.slice(opener.length, -closers[opener].length).trim() : raw;
  return { type: "math", raw, tex, display: opener === "$$" || opener === "\\[", closed };
}

/** A formula at the start of a line's text. `before` is the character to its left. */
export function inlineMath(src: string, before: string): MathToken | undefined {
  const opener = openerAt(src);
  if (!opener) return undefined;
  const at = closerIn(src, opener);
  if (at < 0) return undefined;
  const token = formula(src.slice(0, at + closers[opener].length), opener, true);
  if (!token.tex) return undefined;
  if (opener === "$" && isPrice(src.slice(1, at), before, src[at + 1] ?? "")) return undefined;
  return token;
}

/** A formula that has its lines to itself, so that lines in it that begin with `-` or `#` are no lists or headings. */
export function blockMath(src: string): MathToken | undefined {
  const indent = /^ {0,3}(?=\$\$|\\\[)/.exec(src)?.[0];
  if (indent === undefined) return undefined;
  const token = inlineMath(src.slice(indent.length), "");
  if (!token) return undefined;
  const raw = indent + token.raw;
  const rest = /^[ \t]*(?=\n|$)/.exec(src.slice(raw.length));
  return rest ? { ...token, raw: raw + rest[0] } : undefined;
}

/** What stands where a formula was begun and is not ended: it is shown as written, not read as Markdown. */
export function openMath(src: string): MathToken | undefined {
  const opener = openerAt(src);
  if (!opener || opener === "$" || paragraphEnd(src) < src.trimEnd().length || closerIn(src, opener) >= 0)
    return undefined;
  return formula(src, opener, false);
}

/** How far a paragraph reaches before a line that a formula begins. */
export function blockMathStart(src: string): number | undefined {
  const paragraph = src.slice(0, paragraphEnd(src));
  for (const { index } of paragraph.matchAll(/\n {0,3}(?:\$\$|\\\[)/g))
    if (blockMath(src.slice(index + 1))) return index;
  return undefined;
}

export function inlineMathStart(src: string): number | undefined {
  const at = src.search(/\$|\\[([]/);
  return at < 0 ? undefined : at;
}

/** The same text with every formula blanked out, so that a `*` or `_` in one closes nothing outside. */
export function maskMath(src: string): string {
  let masked = "";
  let from = 0;
  for (let at = inlineMathStart(src); at !== undefined; ) {
    const token = inlineMath(src.slice(at), src[at - 1] ?? "");
    const next = at + (token ? token.raw.length : 1);
    if (token) {
      masked += `${src.slice(from, at)}${"a".repeat(token.raw.length)}`;
      from = next;
    }
    const step = inlineMathStart(src.slice(next));
    at = step === undefined ? undefined : next + step;
  }
  return masked + src.slice(from);
}
