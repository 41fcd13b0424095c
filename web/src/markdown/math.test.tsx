import { configure, render, waitFor } from "@testing-library/react";
import { beforeAll, expect, test, vi } from "vitest";
import { Markdown } from "./Markdown";
import { plain } from "./plain";
import { renderTex } from "./tex";

// Many cases in each test, and other work on the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
configure({ asyncUtilTimeout: 30_000 });

async function shown(text: string): Promise<HTMLElement> {
  const { container } = render(<Markdown text={text} />);
  await waitFor(() => expect(container.querySelector("math, .tex-source:only-child")).not.toBeNull());
  return container;
}

// The first formula fetches TeX; afterwards it is there at once.
beforeAll(async () => {
  await import("./tex");
  await shown("$x$");
});

const formulas = (text: string) => [...render(<Markdown text={text} />).container.querySelectorAll("math")];

test.each([
  ["$x^2$", "x2"],
  ["so $a_1*b_2*c$ is", "a1∗b2∗c"],
  ["**bold $a*b$ text**", "a∗b"],
  ["\\(a+b\\)", "a+b"],
  ["inline $$a+b$$ here", "a+b"],
  ["\\[a+b\\]", "a+b"],
  ["$$\na\n+ b\n$$", "a+b"],
  ["text\n$$\na\n$$\nmore", "a"],
  ["- item\n  $$\n  a\n  $$", "a"],
  ["| a |\n|-|\n| $x$ |", "x"],
  ["$3 \\times 10^8 \\text{ metres}$", "3×108 metres"],
  ["costs \\$5, $n$ of them", "n"],
])("%j has a formula", (text, content) => {
  const [formula, ...more] = formulas(text);
  expect(formula?.textContent?.replace(/[\u2061\u2062]/g, "").replace(/\s/g, " ")).toBe(content);
  expect(more).toEqual([]);
});

test.each([
  "$5 and $6",
  "it is $5, or $6.",
  "$5-$6",
  "from $1,000 to 2,000$",
  "$20 for two, 10$ each",
  "US$5 and AU$6",
  "echo $HOME/$USER",
  "a $ b $ c",
  "$ x$ and $x $",
  "\\$x\\$",
  "`$x$`",
  "```\n$x$\n```",
  "$$",
  "$$$$",
  "\\(\\)",
  "$x\ny$",
  "$$\na\n\nb\n$$",
  "\\[ never closed",
])("%j has no formula", (text) => {
  expect(formulas(text)).toEqual([]);
});

test("a formula on lines of its own is displayed, and scrolls by keyboard where it is wide", () => {
  const { container } = render(<Markdown text={"$$\nx\n$$\n\nand $y$"} />);
  expect(container.querySelector(".tex-display")).toHaveAttribute("tabindex", "0");
  expect([...container.querySelectorAll("math")].map((each) => each.getAttribute("display"))).toEqual([
    "block",
    null,
  ]);
});

test.each([
  "\\frac{a",
  "\\nonsense",
  "\\href{https://evil.example}{x}",
  "\\url{https://evil.example}",
  "\\includegraphics{https://evil.example/x.png}",
  "\\includegraphics[width=1em]{x.png}",
  "\\style{color:red}{x}",
  "\\class{fixed}{x}",
  "\\id{root}{x}",
  "\\data{x=y}{z}",
  "\\htmlClass{a}{b}",
  "\\htmlStyle{a}{b}",
  "\\htmlId{a}{b}",
  "\\htmlData{a=b}{c}",
  "\\unicode{<img>}",
  "\\require{html}x",
  "\\def\\a{\\a\\a}\\a",
  "\\gdef\\a{b}\\a",
  "\\newcommand{\\a}{b}\\a",
  "\\let\\a=b\\a",
])("%j is shown as its source", async (tex) => {
  const container = await shown(`$$${tex}$$`);
  expect(container.querySelector("math")).toBeNull();
  expect(container.querySelector(".tex-source")?.textContent).toBe(`$$${tex}$$`);
});

test.each([
  ["braces", `${"{".repeat(1900)}${"}".repeat(1900)}`],
  ["roots", "\\sqrt".repeat(700)],
  ["powers", "x^".repeat(1500)],
  ["columns", "\\begin{matrix}&&&&&&&&".repeat(100)],
])("endless %s are shown as their source", async (_, tex) => {
  const container = await shown(`$$${tex}$$`);
  expect(container.querySelector("math")).toBeNull();
  expect(container.textContent).toBe(`$$${tex}$$`);
});

test.each([
  "\\color{red}x",
  "\\textcolor{#fff}{x}",
  "\\colorbox{red}{x}",
  "\\fcolorbox{red}{blue}{x}",
  "\\boxed{x}",
  "\\cancel{x}",
  "\\ref{root}",
  "\\eqref{x}",
  "\\label{root}x",
  "\\tag{1}x",
  "\\begin{align}a&=b\\\\c&=d\\end{align}",
  "\\begin{array}{|c|c|}\\hline a&b\\\\\\hline\\end{array}",
  "\\begin{cases}a&b\\\\c&d\\end{cases}",
  "\\rule{500em}{500em}x",
  "\\raisebox{500em}{x}",
  "\\kern-500em x",
  "\\hspace{-500em}x",
  "\\text{<img src=x onerror=alert(1)>}",
  "\\text{\\textcolor{red}{a}}",
  "\\mathchoice{a}{b}{c}{d}",
])("%j becomes nothing but tame MathML", (tex) => {
  const { container } = render(renderTex(tex, true));
  for (const each of container.querySelectorAll("*")) {
    expect(each.namespaceURI).toBe("http://www.w3.org/1998/Math/MathML");
    for (const { name, value } of each.attributes) {
      expect(name).not.toMatch(/^(style|id|href|src|on.*|data-.*|mathcolor|mathbackground)$/);
      expect(Math.abs(Number.parseFloat(value) || 0)).toBeLessThanOrEqual(20);
    }
  }
});

test("a formula that is being written is its source until its delimiter closes", () => {
  const { container, rerender } = render(<Markdown text={"so\n\n$$\na_1 + b_"} streaming />);
  expect(container.querySelector("math")).toBeNull();
  expect(container.querySelector(".tex-source")?.textContent).toBe("$$\na_1 + b_");
  rerender(<Markdown text={"so \\(a_1 + *b"} streaming />);
  expect(container.querySelector("p")?.textContent).toBe("so \\(a_1 + *b");
  expect(container.querySelector("em")).toBeNull();
  rerender(<Markdown text={"so \\(a_1 + *b\\)"} streaming />);
  expect(container.querySelector("math")).not.toBeNull();
});

test("a preview has the formula's source", () => {
  expect(plain("so $x^2$, and\n\n$$\ny\n$$")).toBe("so x^2, and y");
});
