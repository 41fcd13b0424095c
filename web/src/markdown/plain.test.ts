import { expect, test } from "vitest";
import { plain } from "./plain";

test.each([
  ["one\ntwo\n\nthree", "one two three"],
  ["# Head\n\nsome **bold**, *em*, ~~del~~ and `code`", "Head some bold, em, del and code"],
  ["[text](https://a.example) and https://b.example", "text and https://b.example"],
  ["![a cat](https://a.example/x.png) ![](https://b.example)", "a cat Image"],
  ["- a\n- b\n  - c", "a b c"],
  ["- [x] done\n- [ ] not", "☑ done ☐ not"],
  ["> quoted\n\nanswer", "quoted answer"],
  ["```js\nlet a;\nlet b;\n```\nafter", "let a; let b; after"],
  ["|a|b|\n|-|-|\n|1|2|", "a b 1 2"],
  ["a &amp; b <b>c</b>", "a & b <b>c</b>"],
  ["a\n\n---\n\nb", "a b"],
  ["[a]: https://a.example\n\ntext", "text"],
  ["  @ada  hi ", "@ada hi"],
  ["", ""],
])("%j in one line is %j", (text, line) => {
  expect(plain(text)).toBe(line);
});

test("a preview of a very long text is read only as far as it is shown", () => {
  expect(plain("word ".repeat(50_000)).length).toBeLessThanOrEqual(1000);
});
