import { readFileSync } from "node:fs";
import { configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Markdown } from "./Markdown";

// Many cases in each test, and other work on the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
configure({ asyncUtilTimeout: 30_000 });

const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
const show = (text: string) => render(<Markdown text={text} />).container;

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(document, "execCommand");
});

test.each(["js", "JavaScript", "ts", "python", "sh", "json"])(
  "%s is coloured at once where there was code before",
  async (language) => {
    const first = show(fence("js", "if (x) return"));
    await waitFor(() => expect(first.querySelector("pre [class^=hljs]")).not.toBeNull());
    const container = show(fence(language, 'if (x) { "text" } # 1'));
    expect(container.querySelector("pre [class^=hljs]")).not.toBeNull();
  },
);

test.each([
  ["rust", "fn main() {}"],
  ["rs", "fn main() {}"],
  ["html", "<p>x</p>"],
  ["c++", "int x = 1;"],
  ["yml", "a: 1"],
  ["toml", "a = 1"],
])("%s is coloured as soon as its rules are here", async (language, code) => {
  const container = show(fence(language, code));
  expect(container.querySelector("pre")?.textContent).toBe(code);
  await waitFor(() => expect(container.querySelector("pre [class^=hljs]")).not.toBeNull());
  expect(container.querySelector("pre")?.textContent).toBe(code);
});

test.each(["", "nonsense", "constructor", "__proto__", "toString"])(
  "%j is shown without colours",
  (language) => {
    const container = show(fence(language, "if (x) return"));
    expect(container.querySelector("pre span")).toBeNull();
    expect(container.querySelector("pre")?.textContent).toBe("if (x) return");
    expect(container.querySelector(".code-language")?.textContent).toBe(language || "Code");
  },
);

test("code keeps every character", () => {
  const code = "\tif a < b && c > d:\n\n    x = '<b>&amp;</b>'  \n";
  expect(show(fence("python", code)).querySelector("pre")?.textContent).toBe(code);
});

test("the language is the first word behind the fence", () => {
  expect(show(fence("rust,ignore", "x")).querySelector(".code-language")?.textContent).toBe("rust");
  expect(show(fence("js title=x", "x")).querySelector(".code-language")?.textContent).toBe("js");
});

test("code is copied as it is", async () => {
  const user = userEvent.setup();
  show(fence("js", "let a = `1`;\nlet b;"));
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(await screen.findByRole("button", { name: "Copied" })).toBeInTheDocument();
  expect(await navigator.clipboard.readText()).toBe("let a = `1`;\nlet b;");
});

test("code is copied over plain http too, where there is no clipboard", async () => {
  vi.stubGlobal("navigator", { languages: [] });
  const copied: string[] = [];
  document.execCommand = (command) => {
    const box = document.activeElement as HTMLTextAreaElement;
    copied.push(`${command}: ${box.value.slice(box.selectionStart, box.selectionEnd)}`);
    return true;
  };
  show(fence("", "one\ntwo"));
  const button = screen.getByRole("button", { name: "Copy" });
  button.focus();
  fireEvent.click(button);
  expect(await screen.findByRole("button", { name: "Copied" })).toHaveFocus();
  expect(copied).toEqual(["copy: one\ntwo"]);
  expect(document.querySelector("textarea")).toBeNull();
});

test("a copy that fails does not claim to have succeeded", async () => {
  vi.stubGlobal("navigator", { languages: [] });
  const tried = vi.fn(() => false);
  document.execCommand = tried;
  show(fence("", "x"));
  fireEvent.click(screen.getByRole("button", { name: "Copy" }));
  await waitFor(() => expect(tried).toHaveBeenCalled());
  expect(screen.queryByRole("button", { name: "Copied" })).toBeNull();
});

test("long lines can be wrapped, and reached by keyboard while they are not", async () => {
  const container = show(fence("", "x".repeat(500)));
  expect(container.querySelector("pre")).toHaveAttribute("tabindex", "0");
  await userEvent.click(screen.getByRole("button", { name: "Wrap lines" }));
  expect(screen.getByRole("button", { name: "Wrap lines" })).toHaveAttribute("aria-pressed", "true");
  expect(container.querySelector("pre")).not.toHaveAttribute("tabindex");
});

test("very long code is shown whole, without colours", () => {
  const code = "let x = 1;\n".repeat(10_000).trimEnd();
  const container = show(fence("js", code));
  expect(container.querySelector("pre")?.textContent).toBe(code);
  expect(container.querySelector("pre span")).toBeNull();
});

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test("every colour of code and of links is readable in both themes", () => {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const [light = "", dark = ""] = css.split(".dark {");
  for (const theme of [light, dark]) {
    const colour = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(theme)?.[1] ?? name;
    for (const name of ["hl-keyword", "hl-string", "hl-comment", "hl-number", "hl-title", "ink", "ink-2"])
      expect(contrast(colour(name), colour("sunken")), name).toBeGreaterThanOrEqual(4.5);
    for (const wash of ["bg", "surface", "bot-wash"])
      for (const name of ["accent", "ink", "ink-2"])
        expect(contrast(colour(name), colour(wash)), `${name} on ${wash}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("accent"), colour("accent-wash"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("accent-ink"), colour("accent"))).toBeGreaterThanOrEqual(4.5);
  }
});
