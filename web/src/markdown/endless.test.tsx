import { render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { blocksOf } from "./blocks";
import { Markdown } from "./Markdown";
import { plain } from "./plain";

// Many cases in each test, and other work on the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SIZE = 256 * 1024;
const endless = (piece: string, size = SIZE) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
const stairs = (piece: string) =>
  Array.from({ length: 700 }, (_, i) => `${piece.repeat(i)}- a`)
    .join("\n")
    .slice(0, SIZE);

const texts = {
  quotes: endless(">"),
  "spaced quotes": endless("> "),
  "quotes in every line": endless("> > > > > > > > > > > >\n"),
  "quotes with lines below": endless("> a\nb\n"),
  "deeper and deeper quotes": stairs(">"),
  lists: endless("- "),
  "lists of all kinds": endless("* - + 1. "),
  "numbered lists": endless("1. "),
  "deeper and deeper lists": stairs("  "),
  "nested lists in every line": endless("- - - - - - - - - - a\n"),
  items: endless("- a\n"),
  "items apart": endless("- a\n\n"),
  "lists in quotes": endless("> - "),
  "open brackets": endless("["),
  "brackets in brackets": endless("[", SIZE / 2) + endless("]", SIZE / 2),
  "open pictures": endless("!["),
  "open links": endless("[a](b"),
  "links in links": endless("[a](", SIZE / 2) + endless(")", SIZE / 2),
  references: endless("[a][b]"),
  definitions: Array.from({ length: 15_000 }, (_, i) => `[a${i}]: /b`).join("\n"),
  stars: endless("*"),
  "open emphasis": endless("*a "),
  "emphasis within words": endless("*a"),
  "strong within words": endless("a**b"),
  underscores: endless("a_"),
  "emphasis in emphasis": endless("*a **a ", SIZE / 2) + endless(" a** a*", SIZE / 2),
  "emphasis around a long text": `${"*a **a ".repeat(240)}${endless("lorem ipsum ")}${" a** a*".repeat(240)}`,
  tildes: endless("~~a "),
  backticks: endless("`a"),
  "backticks and backslashes": endless("`\\"),
  angles: endless("<"),
  tags: endless("<a "),
  comments: endless("<!--"),
  "lines of HTML": endless("<div>\n"),
  "unclosed lines of HTML": endless("<div\n"),
  addresses: `http://a${endless("!?")}`,
  mails: `${endless("a.")}@`,
  "exclamation marks": endless("!"),
  spaces: `a${endless(" ")}b`,
  backslashes: endless("\\"),
  "character references": endless("&#a"),
  "a long table": `|a|b|\n|-|-|\n${endless("|a|b|\n")}`,
  "a wide table": `${endless("|a", SIZE / 2)}\n${endless("|-", SIZE / 2)}`,
  "a table to be filled up": `${endless("|a", 400)}\n${endless("|-", 400)}\n${endless("a\n")}`,
  "no table": endless("a\n|-"),
  "title lines": `${endless("a\n")}=`,
  rules: endless("- - -x\n"),
  headings: endless("# a\n"),
  fences: endless("```\n"),
  paragraphs: endless("lorem ipsum\n\n"),
  "one word": endless("x"),
  dollars: endless("$"),
  "dollars and letters": endless("$a "),
  "lines of dollars": endless("$$\n"),
  "open formulas": endless("\\[a"),
  mentions: endless("@a "),
  "a bit of everything": endless("> - 1. [*_`~<"),
} satisfies Record<string, string>;

test.each(Object.entries(texts))("a text of endless %s is read in no time", (_, text) => {
  const before = process.cpuUsage();
  const { read } = blocksOf(text, false);
  const { user, system } = process.cpuUsage(before);
  // 256 KiB of ordinary prose take about 60 ms on the same machine; what grows with the square takes many seconds.
  expect((user + system) / 1000).toBeLessThan(1000);
  expect(read.reduce((sum, block) => sum + block.size, 0)).toBeLessThanOrEqual(20_001);
  expect(read.reduce((sum, block) => sum + block.source.length, 0)).toBe(text.length);
});

test.each([
  "quotes",
  "lists of all kinds",
  "deeper and deeper quotes",
  "deeper and deeper lists",
  "brackets in brackets",
  "links in links",
  "emphasis in emphasis",
  "lists in quotes",
] as const)("a text of endless %s is shown, and nothing of it lost", (name) => {
  const { container } = render(<Markdown text={texts[name]} mentions={{ names: new Set(["a"]), me: "a" }} />);
  const signs = (text: string) => text.replace(/[\s>*+1.-]/g, "").length;
  expect(signs(container.textContent ?? "")).toBeGreaterThanOrEqual(signs(texts[name]) * 0.99);
});

test("from where a text is overloaded with marks it is shown as it is written", () => {
  const text = "(...) word\n\n".repeat(8000);
  const { read } = blocksOf(text, false);
  expect(read.at(-1)?.token.type).toBe("plain");
  expect(read.at(-2)?.token.type).toBe("paragraph");
  expect(read.map((block) => block.source).join("")).toBe(text);
});

test("half-written endless text is read in no time as it comes", () => {
  for (const text of [
    endless("**a ", 20_000),
    endless("[a](b", 15_000),
    endless("$$\n", 15_000),
    endless("- `a", 15_000),
  ]) {
    const before = process.cpuUsage();
    let blocks = blocksOf("", true);
    for (let end = 1000; end <= text.length; end += 1000) blocks = blocksOf(text.slice(0, end), true, blocks);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
  }
});

test("a preview of an endless text is made in no time", () => {
  for (const text of Object.values(texts)) expect(plain(text).length).toBeLessThanOrEqual(2000);
});
