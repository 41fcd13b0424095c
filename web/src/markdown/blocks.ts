import type { Token } from "marked";
import remend from "remend";
import { lex } from "./lexer";

/** A top-level block. `source` and `refs` decide everything that is shown of it. */
export interface Block {
  token: Token;
  /** What it was read from, with the blank lines behind it. */
  source: string;
  /** The link definitions that it may refer to. */
  refs: string;
  /** How many tokens it is made of. */
  size: number;
}

/** The blocks of a text so far, kept to go on from. */
export interface Blocks {
  text: string;
  /** As they stand in the text. */
  read: readonly Block[];
  /** With what is half-written completed. */
  shown: readonly Block[];
}

/** Beyond these a text is shown as it is written: no reader gets there, and the page must not stand still. */
const MOST_MARKS = 30_000;
const MOST_TOKENS = 20_000;

/** Half-written syntax is completed in blocks up to this length only: it is done again for every chunk. */
const LONGEST_COMPLETED = 16_000;

/**
 * Splits a text into blocks. While it streams, reading goes on from the last place that nothing coming later can change;
 * chunk by chunk gives the same blocks as all at once.
 */
export function blocksOf(text: string, streaming: boolean, before?: Blocks): Blocks {
  const normal = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const read = readOn(normal, before);
  return { text: normal, read, shown: streaming ? completed(read) : read };
}

function readOn(text: string, before: Blocks | undefined): readonly Block[] {
  if (before?.text === text) return before.read;
  const kept = before && text.startsWith(before.text) ? settled(before) : [];
  const from = kept.reduce((length, block) => length + block.source.length, 0);
  const to = readable(text);
  const blocks = readBlocks(text.slice(from, to));
  // A definition may be used anywhere, also far above it.
  const all = kept.length > 0 && blocks[0]?.refs ? readBlocks(text.slice(0, to)) : [...kept, ...blocks];
  return limited(to < text.length ? [...all, plainBlock(text.slice(to))] : all);
}

/**
 * The blocks that stay whatever comes: those before a blank line with a whole line after it. Until its end that line
 * might still turn out to go on with a list.
 */
function settled({ read, text }: Blocks): readonly Block[] {
  let start = text.length;
  for (let i = read.length - 1; i > 0; i -= 1) {
    const block = read[i];
    const above = read[i - 1];
    if (!block || !above || block.refs) return [];
    start -= block.source.length;
    const apart = block.token.type !== "plain" && /\n[ \t]*\n$/.test(above.source);
    if (apart && text.includes("\n", start)) return read.slice(0, i);
  }
  return [];
}

function readBlocks(text: string): Block[] {
  const tokens = lex(text);
  const refs = Object.keys(tokens.links).length > 0 ? JSON.stringify(tokens.links) : "";
  const blocks: Block[] = [];
  for (const token of tokens) {
    const last = blocks.at(-1);
    if (token.type === "space" && last) last.source += token.raw;
    else blocks.push({ token, source: token.raw, refs, size: size(token) });
  }
  return blocks;
}

function plainBlock(source: string): Block {
  return { token: { type: "plain", raw: source }, source, refs: "", size: 1 };
}

function limited(blocks: readonly Block[]): readonly Block[] {
  let tokens = 0;
  const first = blocks.findIndex((block) => {
    tokens += block.size;
    return tokens > MOST_TOKENS;
  });
  if (first < 0) return blocks;
  const rest = blocks.slice(first).map((block) => block.source);
  return [...blocks.slice(0, first), plainBlock(rest.join(""))];
}

/** Where the line ends in which there are too many characters that could mean something. */
function readable(text: string): number {
  if (text.length <= MOST_MARKS) return text.length;
  let marks = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    const newline = c === 10;
    if (newline && marks > MOST_MARKS) return i + 1;
    if (newline || (c > 32 && c < 48) || (c > 57 && c < 65) || (c > 90 && c < 97) || (c > 122 && c < 127))
      marks += 1;
  }
  return text.length;
}

function size(token: Token): number {
  let sum = 1;
  if ("tokens" in token) for (const part of token.tokens ?? []) sum += size(part);
  if (token.type === "list") for (const item of token.items) sum += size(item);
  if (token.type === "table")
    for (const cell of [...token.header, ...token.rows.flat()])
      for (const part of cell.tokens) sum += size(part) + 1;
  return sum;
}

/** `**bold` is shown as bold before it is closed. */
function completed(blocks: readonly Block[]): readonly Block[] {
  const last = blocks.at(-1);
  if (!last || last.token.type === "code" || last.source.length > LONGEST_COMPLETED) return blocks;
  const source = remend(last.source, {
    linkMode: "text-only",
    comparisonOperators: false,
    htmlTags: false,
    katex: false,
    singleTilde: false,
  });
  const [token, ...more] = lex(source, "unfinished").filter((each) => each.type !== "space");
  return token && more.length === 0 ? [...blocks.slice(0, -1), { ...last, token, source }] : blocks;
}
