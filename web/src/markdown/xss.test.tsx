import { configure, render, waitFor } from "@testing-library/react";
import { beforeAll, expect, test, vi } from "vitest";
import { Random } from "../test/random";
import corpus from "./corpus.json";
import { Markdown } from "./Markdown";

// Many cases in each test, and other work on the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
configure({ asyncUtilTimeout: 30_000 });

const anywhere = ["class"];
const allowed: Record<string, readonly string[]> = {
  a: ["href", "target", "rel"],
  blockquote: [],
  br: [],
  button: ["type", "aria-pressed", "aria-live"],
  code: [],
  del: [],
  div: ["tabindex"],
  em: [],
  h3: [],
  h4: [],
  h5: [],
  h6: [],
  hr: [],
  input: ["type", "checked", "disabled", "readonly", "aria-label"],
  li: [],
  ol: ["start"],
  p: [],
  pre: ["tabindex"],
  span: ["tabindex"],
  strong: [],
  table: [],
  tbody: [],
  td: [],
  th: [],
  thead: [],
  tr: [],
  ul: [],
};
const mathElements =
  /^(math|menclose|mfrac|mi|mmultiscripts|mn|mo|mover|mpadded|mphantom|mprescripts|mroot|mrow|ms|mspace|msqrt|mstyle|msub|msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover|none)$/;
const mathAttributes =
  "accent accentunder columnalign columnspan depth display displaystyle fence form height largeop linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowspacing rspace scriptlevel separator stretchy symmetric voffset width".split(
    " ",
  );
const classes =
  /^(prose|writing|as-written|task|left|right|center|mention(-me)?|link-to|table-box|code(-bar|-language)?|wrap|tex(-[a-z-]+)?|tml-[a-z-]+|(up|down)strike|sout|hljs-[a-z_-]+)$/;

/** What is in the page, beyond what may be there. */
function strangers(container: Element): string[] {
  const found: string[] = [];
  for (const element of container.querySelectorAll("*")) {
    const name = element.localName;
    const attributes = mathElements.test(name) ? mathAttributes : allowed[name];
    if (!attributes) found.push(`<${name}>`);
    for (const attribute of element.attributes) {
      if (!attributes?.includes(attribute.name) && !anywhere.includes(attribute.name))
        found.push(`<${name} ${attribute.name}="${attribute.value}">`);
    }
    for (const each of element.classList) if (!classes.test(each)) found.push(`class ${each}`);
    if (name === "a" && !/^(https?:\/\/[^/]|mailto:)/.test(element.getAttribute("href") ?? ""))
      found.push(`href ${element.getAttribute("href")}`);
    if (name === "input" && element.getAttribute("type") !== "checkbox") found.push("an input");
  }
  return found;
}

const vectors = Object.entries(corpus).flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const));

beforeAll(async () => {
  await import("./tex");
  const { container } = render(<Markdown text={"$x$\n\n```html\n<p>\n```\n\n```diff\n- a\n```"} />);
  await waitFor(() => expect(container.querySelectorAll("math, .hljs-tag, .hljs-deletion")).toHaveLength(3));
});

test("the look itself finds what is strange", () => {
  const { container } = render(
    <p style={{ color: "red" }} id="x" className="fixed">
      <img src="x" alt="" />
      <a href="/api">x</a>
      <button type="button">x</button>
    </p>,
  );
  expect(new Set(strangers(container))).toEqual(
    new Set([
      '<p id="x">',
      '<p style="color: red;">',
      "class fixed",
      "<img>",
      '<img src="x">',
      '<img alt="">',
      "href /api",
    ]),
  );
});

test("the corpus is worth its name", () => {
  expect(vectors.length).toBeGreaterThan(300);
  expect(new Set(vectors.map(([, text]) => text)).size).toBe(vectors.length);
});

test.each(Object.entries(corpus))(
  "nothing strange comes of %s, whole or cut anywhere",
  (_, texts) => {
    for (const text of texts) {
      const shown = render(<Markdown text="" streaming />);
      for (let end = 1; end <= text.length; end += 1) {
        shown.rerender(<Markdown text={text.slice(0, end)} streaming />);
        expect(strangers(shown.container), text.slice(0, end)).toEqual([]);
        if (end < text.length && end % 3) continue;
        shown.rerender(<Markdown text={text.slice(0, end)} />);
        expect(strangers(shown.container), text.slice(0, end)).toEqual([]);
      }
      shown.unmount();
    }
  },
  60_000,
);

const mentions = { names: new Set(["ada", "<img"]), me: "ada" };
const frames: readonly ((text: string) => string)[] = [
  (text) => `Look: ${text} and on`,
  (text) => `> - **${text}**\n>   1. ${text}`,
  (text) => `| ${text} |\n|---|\n| ${text} |`,
  (text) => `[${text}](https://a.example "${text}")`,
  (text) => `![${text}](${text})`,
  (text) => `\`\`\`${text}\n${text}\n\`\`\``,
  (text) => `$${text}$ and $$\n\\text{${text}}\n$$`,
  (text) => `[${text}]: ${text}\n\n[${text}]`,
  (text) => `@ada ${text} @${text}`,
];

test("nothing strange comes of a vector wherever it stands, in chunks as they may come", () => {
  const random = new Random(11);
  for (const [, text] of vectors) {
    const framed = random.of(frames)(text);
    const shown = render(<Markdown text="" streaming mentions={mentions} />);
    for (let end = 0; end < framed.length; ) {
      end = Math.min(framed.length, end + 1 + random.below(12));
      shown.rerender(<Markdown text={framed.slice(0, end)} streaming mentions={mentions} />);
      expect(strangers(shown.container), framed.slice(0, end)).toEqual([]);
    }
    shown.rerender(<Markdown text={framed} mentions={mentions} />);
    expect(strangers(shown.container), framed).toEqual([]);
    shown.unmount();
  }
});

test("nothing strange comes of every vector in every place", () => {
  for (const frame of frames)
    for (const [, text] of vectors) {
      const { container, unmount } = render(<Markdown text={frame(text)} mentions={mentions} />);
      expect(strangers(container), frame(text)).toEqual([]);
      unmount();
    }
});
