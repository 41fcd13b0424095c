import { expect, test, vi } from "vitest";
import type { Budget } from "../../gen/api";
import { defaultsOf, read, textsOf } from "./allowances";

vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US"]);

const holds = { scope: "room", spent: 0, renews_at: "2026-12-01T00:00:00Z" } as const;
const budgets: Budget[] = [
  { ...holds, period: "day", unit: "tokens", amount: 200_000, set: false },
  { ...holds, period: "month", unit: "microusd", amount: 7_500_000, set: true },
];

test("the form shows what was set, and beside it what holds otherwise", () => {
  expect(textsOf(budgets)).toMatchObject({ tokens_day: "", microusd_month: "7.5" });
  expect(defaultsOf(budgets)).toMatchObject({ tokens_day: "200,000", microusd_month: "" });
});

test("what the form shows is what it would set again", () => {
  expect(read(textsOf(budgets))).toEqual({
    allowances: [{ period: "month", unit: "microusd", amount: 7_500_000 }],
    wrong: [],
  });
});

test("a budget of nothing is one; an empty box is none, and what is no amount is told", () => {
  const texts = { tokens_day: "0", microusd_day: " ", tokens_month: "1.5", microusd_month: "-1" };
  expect(read(texts)).toEqual({
    allowances: [{ period: "day", unit: "tokens", amount: 0 }],
    wrong: ["tokens_month", "microusd_month"],
  });
});
