import { render, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Random } from "../test/random";
import { type Blocks, blocksOf } from "./blocks";
import { Markdown } from "./Markdown";

// Many cases in each test, and other work on the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const answer = `# How it works

A *short* answer with **bold**, \`code\`, a [link](https://a.example/x "t") and https://b.example/y?z=1.
Second line, which costs $5, or $x^2$ of them.

1. First
   - nested **point**

     with a paragraph
   - [x] done
2. Second

   \`\`\`python
   def f(x):
       """doc
       string"""
       return x
   \`\`\`

> quoted *text*
> > deeper

| name | value |
|:-----|------:|
| a \\| b | **1** |
| c | ~~2~~ |

\`\`\`rust
${Array.from({ length: 40 }, (_, i) => `let line_${i} = "text"; // ${i}`).join("\n")}
\`\`\`

$$
\\frac{a}{b}
- c
$$

Title
-----

See [ref] and ![pic][img], <b>raw</b> and \\[x + y\\] inline.

[ref]: https://r.example/
[img]: https://i.example/p.png

---
The end, ~~almost~~ **really`;

const pieces = [
  "\n",
  "\n\n",
  "\n\n\n",
  "\r\n",
  " ",
  "  ",
  "    ",
  "\t",
  "- ",
  "+ ",
  "* ",
  "1. ",
  "2) ",
  "> ",
  "# ",
  "### ",
  "---",
  "===",
  "***",
  "**",
  "*",
  "__",
  "_",
  "~~",
  "~",
  "`",
  "```",
  "~~~",
  "```js\n",
  "```\n",
  "[",
  "]",
  "](",
  ")",
  "[a]",
  "[a]: https://a.example\n",
  "[b]: <https://b.example> 'x'\n",
  "![",
  "|",
  "|a|b|\n|-|-|\n",
  "|1|2|\n",
  "|-|",
  "<div>",
  "</div>\n",
  "<!--",
  "-->",
  "<b>",
  "<",
  ">",
  "$",
  "$$",
  "$$\n",
  "\n$$",
  "\\[",
  "\\]",
  "\\(",
  "\\)",
  "\\",
  "x^2",
  "&amp;",
  "&#",
  "@ada",
  "https://a.example",
  "www.b.example",
  "word",
  "two words",
  "a",
  "1",
  "- [ ] ",
  "- [x] ",
  "    code\n",
  "ünïcödé 😀",
  "let x = 1;",
];

const mixed = (random: Random) =>
  Array.from({ length: 5 + random.below(50) }, () => random.of(pieces)).join("");

function cuts(text: string, random: Random): number[] {
  const most = 1 + random.below(24);
  const ends: number[] = [];
  for (let at = 0; at < text.length; ) {
    at = Math.min(text.length, at + 1 + random.below(most));
    ends.push(at);
  }
  return ends;
}

const asJson = (blocks: Blocks) => JSON.stringify(blocks.read);
const read = (text: string) => asJson(blocksOf(text, false));

test.each([1, 2, 3, 4])(
  "any text read in any chunks gives the blocks of the whole text (seed %i)",
  (seed) => {
    const random = new Random(seed);
    for (let round = 0; round < 60; round += 1) {
      const text = mixed(random);
      let blocks: Blocks | undefined;
      for (const end of cuts(text, random)) {
        blocks = blocksOf(text.slice(0, end), true, blocks);
        expect(asJson(blocks)).toBe(read(text.slice(0, end)));
      }
    }
  },
);

test("an answer read letter by letter gives the blocks of the whole answer, at each letter", () => {
  let blocks: Blocks | undefined;
  for (let end = 1; end <= answer.length; end += 1) {
    blocks = blocksOf(answer.slice(0, end), true, blocks);
    expect(asJson(blocks)).toBe(read(answer.slice(0, end)));
  }
});

function streamed(text: string, random: Random): string {
  const shown = render(<Markdown text="" streaming />);
  for (const end of cuts(text, random)) shown.rerender(<Markdown text={text.slice(0, end)} streaming />);
  shown.rerender(<Markdown text={text} />);
  const html = shown.container.innerHTML;
  shown.unmount();
  return html;
}

function still(text: string): string {
  const shown = render(<Markdown text={text} />);
  const html = shown.container.innerHTML;
  shown.unmount();
  return html;
}

test.each([5, 6, 7])("an answer that was streamed ends as one that was there at once (seed %i)", (seed) => {
  const random = new Random(seed);
  expect(streamed(answer, random)).toBe(still(answer));
  for (let round = 0; round < 12; round += 1) {
    const text = mixed(random);
    expect(streamed(text, random), JSON.stringify(text)).toBe(still(text));
  }
});

/** The first word in colours, which come after the code. */
function coloured(container: HTMLElement): Promise<HTMLElement> {
  return waitFor(() => {
    const word = container.querySelector<HTMLElement>("pre .hljs-keyword");
    if (!word) throw new Error("without colours");
    return word;
  });
}

test("what is finished keeps its nodes while more comes", async () => {
  const begun = "# one\n\ntwo\n\n- a\n- b\n\n```js\nlet x;\n```\n\nthr";
  const shown = render(<Markdown text={begun} streaming />);
  await coloured(shown.container);
  const nodes = ["h3", "p", "ul", "li", ".code", "pre", "pre span"].map((name) =>
    shown.container.querySelector(name),
  );
  expect(nodes).not.toContain(null);
  for (const more of ["ee", "ee\n\nfour **fi", "ee\n\nfour **five**\n\n[x]: https://x.example\n"])
    shown.rerender(<Markdown text={begun + more} streaming />);
  shown.rerender(<Markdown text={`${begun}ee\n\nfour **five**\n\n[x]: https://x.example\n`} />);
  for (const node of nodes) expect(shown.container).toContainElement(node as HTMLElement);
});

test("only the last block is drawn again when a chunk comes", () => {
  const begun = Array.from({ length: 30 }, (_, i) => `paragraph ${i}`).join("\n\n");
  const first = blocksOf(begun, true);
  const second = blocksOf(`${begun} and more\n\nand`, true, first);
  expect(second.read.slice(0, 29)).toEqual(first.read.slice(0, 29));
  for (let i = 0; i < 28; i += 1) expect(second.read[i]).toBe(first.read[i]);
});

test("a definition that comes at the end makes a link of what stands far above", () => {
  const text = "see [the page][p]\n\nmuch\n\nmore\n\n";
  const shown = render(<Markdown text={text} streaming />);
  expect(shown.container.querySelector("a")).toBeNull();
  shown.rerender(<Markdown text={`${text}[p]: https://p.example/\n`} streaming />);
  expect(shown.container.querySelector("a")).toHaveAttribute("href", "https://p.example/");
});

test("a full group of lines is not coloured again while code is written", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `let v${i} = ${i};`);
  const shown = render(<Markdown text={`\`\`\`js\n${lines.slice(0, 14).join("\n")}`} streaming />);
  const keyword = await coloured(shown.container);
  shown.rerender(<Markdown text={`\`\`\`js\n${lines.join("\n")}`} streaming />);
  expect(shown.container).toContainElement(keyword);
  expect(shown.container.querySelector("pre")?.textContent).toBe(lines.join("\n"));
});
