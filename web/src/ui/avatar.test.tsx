import { readFileSync } from "node:fs";
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Avatar } from "./Avatar";
import { lookOf, looksOf, tint } from "./look";

const css = readFileSync("src/styles/tokens.css", "utf8").split(".dark {");
const HUES = Array.from({ length: 360 }, (_, hue) => hue);

/** Relative luminance of an OKLCH colour. */
function luminance(token: string, hue: number): number {
  const [L = 0, chroma = 0] = token.split(" ").map(Number);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(["tint", "deep"])("initials are readable on each %s colour in both themes", (look) => {
  for (const theme of css) {
    const token = (part: string) => new RegExp(`--${look}-${part}: ([0-9. ]+);`).exec(theme)?.[1] ?? "";
    for (const hue of HUES) {
      const [one, other] = [luminance(token("bg"), hue), luminance(token("ink"), hue)];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      expect(contrast, `${look} ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

const made = (last: number) => `0190f5fe-7c00-7a3f-8abc-0000000000${last.toString(16).padStart(2, "0")}`;

test("ids that were made at the same moment have looks as different as chance would have it", () => {
  let alike = 0;
  for (let n = 0; n < 250; n++) alike += lookOf(made(n)) === lookOf(made(n + 1)) ? 1 : 0;
  expect(alike).toBeLessThan(25);
});

test("in a room twenty-two people look different, and the first of those who share a look keeps it", () => {
  const ids = Array.from({ length: 22 }, (_, n) => made(n));
  const looks = looksOf(ids);
  expect(new Set(looks.values()).size).toBe(22);
  expect(new Set(ids.map((id) => JSON.stringify(tint(looks.get(id) ?? 0)))).size).toBe(22);
  expect(looks.get(made(0))).toBe(lookOf(made(0)));
  expect(looksOf(Array.from({ length: 100 }, (_, n) => made(n))).size).toBe(100);
});

test("the smallest face has one letter, which its neighbour does not cover", () => {
  const user = { id: "1", username: "ben" };
  const letters = (size: "xs" | "sm") => render(<Avatar user={user} size={size} />).container.textContent;
  expect([letters("xs"), letters("sm")]).toEqual(["B", "BE"]);
});
