import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";

function html(text: string): string {
  const { container, unmount } = render(<Markdown text={text} />);
  const inner = container.firstElementChild?.innerHTML ?? "";
  unmount();
  return inner;
}

test.each([
  ["plain words", "<p>plain words</p>"],
  ["two\n\nparagraphs", "<p>two</p><p>paragraphs</p>"],
  ["a newline\nis kept", "<p>a newline<br>is kept</p>"],
  ["one\r\ntwo\rthree", "<p>one<br>two<br>three</p>"],
  [
    "*a* _b_ **c** __d__ ***e***",
    "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <em><strong>e</strong></em></p>",
  ],
  ["**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  ["snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"],
  ["~~gone~~ but ~5 to ~10 and ~5~", "<p><del>gone</del> but ~5 to ~10 and ~5~</p>"],
  ["`a < b` and ``a`b``", "<p><code>a &lt; b</code> and <code>a`b</code></p>"],
  [
    "`&amp;` but &amp; and &#38; and &nope;",
    "<p><code>&amp;amp;</code> but &amp; and &amp; and &amp;nope;</p>",
  ],
  ["\\*not\\* \\# this", "<p>*not* # this</p>"],
  ["a &mdash; b &rarr; &#x1F600;", "<p>a — b → 😀</p>"],
  ["***", "<hr>"],
  ["> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"],
  ["> > deep", "<blockquote><blockquote><p>deep</p></blockquote></blockquote>"],
  ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
  ["* a\n* b", "<ul><li>a</li><li>b</li></ul>"],
  ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
  [
    "- a\n  - b\n    1. c\n- d",
    '<ul><li>a<ul><li>b<ol start="1"><li>c</li></ol></li></ul></li><li>d</li></ul>',
  ],
  ["- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>"],
  ["- > q\n- `c`", "<ul><li><blockquote><p>q</p></blockquote></li><li><code>c</code></li></ul>"],
])("%j is shown as Markdown shows it", (text, shown) => {
  expect(html(text)).toBe(shown);
});

test("headings stand below those of the page, and leave no hole in its outline", () => {
  expect(html("# a\n## b\n### c\n#### d\n##### e\n###### f")).toBe(
    "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6><h6>f</h6>",
  );
  expect(html("a\n===\n\nb\n---")).toBe("<h3>a</h3><h4>b</h4>");
  expect(html("### a\n##### b\n## c\n#### d")).toBe("<h3>a</h3><h4>b</h4><h3>c</h3><h4>d</h4>");
  expect(html("> # said")).toBe("<blockquote><p><strong>said</strong></p></blockquote>");
  expect(html("#nospace")).toBe("<p>#nospace</p>");
});

test("the line below a quote is the answer, not a part of the quote", () => {
  expect(html("> said ada\nno, says ben")).toBe(
    "<blockquote><p>said ada</p></blockquote><p>no, says ben</p>",
  );
});

test("a task list shows what is done, and cannot be ticked", () => {
  render(<Markdown text={"- [x] shop\n- [ ] cook\n- plain"} />);
  expect(screen.getByRole("checkbox", { name: "Done" })).toBeChecked();
  expect(screen.getByRole("checkbox", { name: "To do" })).not.toBeChecked();
  for (const box of screen.getAllByRole("checkbox")) expect(box).toBeDisabled();
});

test("a table stands in a box that scrolls, with its columns aligned", () => {
  expect(html("| a | b |\n|:--|--:|\n| `x\\|y` | **z** |\n| 1 |")).toMatchInlineSnapshot(
    `"<div class="table-box" tabindex="0"><table><thead><tr><th class="left">a</th><th class="right">b</th></tr></thead><tbody><tr><td class="left"><code>x|y</code></td><td class="right"><strong>z</strong></td></tr><tr><td class="left">1</td><td class="right"></td></tr></tbody></table></div>"`,
  );
  expect(html("|a|\n|-|\n|one<br>two<br/>three|")).toContain("<td>one<br>two<br>three</td>");
});

test("raw HTML is text, and Markdown within it still is Markdown", () => {
  expect(html("a <b>b</b> c")).toBe("<p>a &lt;b&gt;b&lt;/b&gt; c</p>");
  expect(html("<div>\n**bold**\n</div>\nand more")).toBe(
    "<p>&lt;div&gt;<br><strong>bold</strong><br>&lt;/div&gt;<br>and more</p>",
  );
  expect(html("one<br>two")).toBe("<p>one&lt;br&gt;two</p>");
  expect(html("<!-- a -->")).toBe("<p>&lt;!-- a --&gt;</p>");
  expect(html('<a href="https://a.example/">x</a> https://b.example/')).toBe(
    '<p>&lt;a href="https://a.example/"&gt;x&lt;/a&gt; <a href="https://b.example/" target="_blank" rel="noopener noreferrer nofollow">https://b.example/</a></p>',
  );
});

test("what is never closed stays as it is written", () => {
  expect(html("**a and [b](c and `d")).toBe("<p>**a and [b](c and `d</p>");
  expect(html("```js\nlet a")).toContain("<code>let a</code>");
});

test("mentions of members are highlighted, mine more so, and nobody else's", () => {
  const mentions = { names: new Set(["ada", "ben.b", "gem_2"]), me: "Ada" };
  const { container } = render(
    <Markdown
      text={"@ada, @Ben.B. and @gem_2! not @cleo, mail@ada or `@ada` [@ada](https://x.example)"}
      mentions={mentions}
    />,
  );
  expect([...container.querySelectorAll(".mention")].map((each) => each.textContent)).toEqual([
    "@ada",
    "@Ben.B",
    "@gem_2",
  ]);
  expect([...container.querySelectorAll(".mention-me")].map((each) => each.textContent)).toEqual(["@ada"]);
});

test("an unclosed word is bold while it is written", () => {
  const { container } = render(<Markdown text="some **bold te" streaming />);
  expect(container.querySelector("strong")?.textContent).toBe("bold te");
});
