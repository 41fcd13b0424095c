import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLocale } from "../../i18n";
import { readCount, readMoney, writeMoney } from "./amount";

const languages = vi.spyOn(navigator, "languages", "get");
beforeEach(() => {
  languages.mockReturnValue(["en-US", "de-DE"]);
});
afterEach(() => setLocale("en"));

test("dollars are read to the millionth, as the reader writes them", async () => {
  const english: [string, number | undefined][] = [
    ["5", 5_000_000],
    ["0.1", 100_000],
    [" 1,234.567891 ", 1_234_567_891],
    ["$2.50", 2_500_000],
    ["0", 0],
    [".5", undefined],
    ["1,5", undefined],
    ["1.2345678", undefined],
    ["-1", undefined],
    ["1e3", undefined],
    ["99999999999999", undefined],
    ["five", undefined],
    ["", undefined],
  ];
  for (const [text, microusd] of english) expect([text, readMoney(text)]).toEqual([text, microusd]);
  await setLocale("de");
  const german: [string, number | undefined][] = [
    ["0,1", 100_000],
    ["1.234,5", 1_234_500_000],
    ["2,50 $", 2_500_000],
    ["1.50", undefined],
  ];
  for (const [text, microusd] of german) expect([text, readMoney(text)]).toEqual([text, microusd]);
});

test("a whole number may have its thousands apart, and no fraction", async () => {
  expect(["200000", "200,000", "1,50", "1.5", "-3", ""].map(readCount)).toEqual([
    200_000,
    200_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  languages.mockReturnValue(["de-CH"]);
  await setLocale("de");
  expect(readCount("200’000")).toBe(200_000);
});

test("what was written is read again as the same", async () => {
  for (const language of ["en", "de"] as const) {
    await setLocale(language);
    for (const microusd of [0, 1, 75_000, 1_000_000, 12_340_000]) {
      expect(readMoney(writeMoney(microusd))).toBe(microusd);
    }
  }
  expect(writeMoney(12_340_000)).toBe("12,34");
});
