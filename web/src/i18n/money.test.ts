import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { formatMoney, setLocale } from ".";

beforeEach(() => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US", "de-DE"]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await setLocale("en");
});

test("a price is told to the millionth of a dollar, and never in more digits than it has", () => {
  const table: [number, string][] = [
    [0, "$0.00"],
    [1, "$0.000001"],
    [1_230, "$0.00123"],
    [10_000, "$0.01"],
    [100_000, "$0.10"],
    [1_500_000, "$1.50"],
    [1_234_567_890_123, "$1,234,567.890123"],
    [-2_000_001, "-$2.000001"],
    // As fractions these are not what they are: 0.1 + 0.2 and the largest number that is whole.
    [300_000, "$0.30"],
    [Number.MAX_SAFE_INTEGER, "$9,007,199,254.740991"],
  ];
  for (const [microusd, text] of table) expect(formatMoney(microusd)).toBe(text);
});

test("prices in a column have the same digits", () => {
  expect([0, 52_900, 1_500_000].map((price) => formatMoney(price, "column"))).toEqual([
    "$0.000000",
    "$0.052900",
    "$1.500000",
  ]);
});

test("a price is written as the reader writes numbers", async () => {
  await setLocale("de");
  expect(formatMoney(1_234_500_070).replace(/\s/g, " ")).toBe("1.234,50007 $");
});
