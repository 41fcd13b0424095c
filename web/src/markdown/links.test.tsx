import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { linkTarget } from "./links";
import { Markdown } from "./Markdown";

const show = (text: string) => render(<Markdown text={text} />).container;
const links = (text: string) => [...show(text).querySelectorAll("a")];

test.each([
  ["[a](https://a.example/x?y=1&z=2#f)", "https://a.example/x?y=1&z=2#f"],
  ["[a](https://a.example/?x=1&amp;y=2)", "https://a.example/?x=1&y=2"],
  ["[a](<https://a.example/with space>)", "https://a.example/with%20space"],
  ['[a](https://a.example "title")', "https://a.example/"],
  ["[a](HTTPS://A.example)", "https://a.example/"],
  ["[a](mailto:ada@a.example)", "mailto:ada@a.example"],
  ["https://a.example/x_(y).", "https://a.example/x_(y)"],
  ["www.a.example", "http://www.a.example/"],
  ["<https://a.example>", "https://a.example/"],
  ["ada@a.example", "mailto:ada@a.example"],
  ["[a][r]\n\n[r]: https://r.example", "https://r.example/"],
  ["[r]\n\n[r]: https://r.example", "https://r.example/"],
  ["![a](https://a.example/p.png)", "https://a.example/p.png"],
  ["![](https://a.example/p.png)", "https://a.example/p.png"],
  ["[![a](https://i.example/p.png)](https://a.example)", "https://a.example/"],
])("%j is a link", (text, href) => {
  const [link, ...more] = links(text);
  expect(more).toEqual([]);
  expect(Object.fromEntries([...(link?.attributes ?? [])].map(({ name, value }) => [name, value]))).toEqual({
    href,
    target: "_blank",
    rel: "noopener noreferrer nofollow",
  });
});

test.each([
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](java&#115;cript:alert(1))",
  "[a](<java\tscript:alert(1)>)",
  "[a](vbscript:x)",
  "[a](data:text/html,x)",
  "[a](blob:https://a.example/1)",
  "[a](file:///etc/passwd)",
  "[a](ftp://a.example)",
  "[a](tel:123)",
  "[a](/api/auth/logout)",
  "[a](api)",
  "[a](#x)",
  "[a](//a.example)",
  "[a](\\\\a.example)",
  "[a]()",
  "![a](data:image/png;base64,AAAA)",
  "<javascript:alert(1)>",
])("%j is no link and stands there as it is written", (text) => {
  expect(links(text)).toEqual([]);
  expect(show(text).textContent).toBe(text.replace("&#115;", "&#115;"));
});

test("no picture is ever fetched", () => {
  const container = show("![a](https://a.example/p.png) ![b][r] <img src=x>\n\n[r]: https://r.example/x.svg");
  expect(container.querySelector("img")).toBeNull();
  expect([...container.querySelectorAll("a")].map((link) => link.textContent)).toEqual(["a", "b"]);
});

test.each([
  ["[https://bank.example](https://evil.example/x)", "evil.example"],
  ["[bank.example](https://evil.example)", "evil.example"],
  ["[www.bank.example/login](https://evil.example)", "evil.example"],
  ["[log in at https://bank.example now](https://evil.example)", "evil.example"],
  ["[**bank**.example](https://evil.example)", "evil.example"],
  ["[bank\u200b.example](https://evil.example)", "evil.example"],
  ["[bank。example](https://evil.example)", "evil.example"],
  ["[bank&#46;example](https://evil.example)", "evil.example"],
  ["[bank.example](https://bank.example.evil.example)", "bank.example.evil.example"],
  ["[bank.example](https://bank.example@evil.example)", "evil.example"],
  ["https://bank.example@evil.example", "evil.example"],
  ["[x](https://bank.example:x@evil.example)", "evil.example"],
  ["[bank.example](https://bänk.example)", "xn--bnk-qla.example"],
  ["[bank.example](https://bank.example:8443)", "bank.example:8443"],
  ["[ada@bank.example](mailto:eve@evil.example)", "eve@evil.example"],
  ["[ada@bank.example](https://evil.example)", "evil.example"],
  ["![https://bank.example](https://evil.example)", "evil.example"],
])("%j says where it leads", (text, destination) => {
  expect(show(text).querySelector(".link-to")?.textContent).toBe(` (${destination})`);
});

test.each([
  "[the bank](https://bank.example)",
  "[bank.example](https://www.bank.example/login)",
  "[https://bank.example/a](https://bank.example/b)",
  "[WWW.Bank.Example](https://bank.example)",
  "https://bank.example/x",
  "ada@bank.example",
  "[ada@bank.example](mailto:ada@bank.example)",
  "[Version 2.0](https://bank.example)",
  "[see it. Now](https://bank.example)",
])("%j leads where it says", (text) => {
  expect(links(text)).toHaveLength(1);
  expect(show(text).querySelector(".link-to")).toBeNull();
});

test("a link in a link is only its text", () => {
  expect(linkTarget("https://a.example")?.href).toBe("https://a.example/");
  const container = show("[a https://b.example c](https://a.example)");
  expect(container.querySelectorAll("a a")).toHaveLength(0);
});
