import { afterEach, expect, test, vi } from "vitest";
import { eachDay, lastDays, lengthOf, totalOf } from "./days";

afterEach(() => vi.useRealTimers());

const sum = (day: string, cost: number) => ({
  day,
  calls: 1,
  prompt_tokens: 10,
  cached_tokens: 4,
  thought_tokens: 2,
  reply_tokens: 3,
  total_tokens: 15,
  cost_microusd: cost,
  unpriced_calls: cost === 0 ? 1 : 0,
});

test("the last days end today, as UTC has it, and are counted with it", () => {
  vi.useFakeTimers({ now: new Date("2026-03-01T00:30:00+01:00") });
  expect(lastDays(1)).toEqual({ from: "2026-02-28", to: "2026-02-28" });
  expect(lastDays(30)).toEqual({ from: "2026-01-30", to: "2026-02-28" });
  expect(lengthOf(lastDays(90))).toBe(90);
  expect(lengthOf({ from: "2026-02-02", to: "2026-02-01" })).toBe(0);
});

test("days on which nothing was asked have their place", () => {
  const days = eachDay({ from: "2026-02-27", to: "2026-03-01" }, [
    sum("2026-03-01", 5),
    sum("2026-02-27", 7),
  ]);
  expect(days.map(({ day, cost_microusd }) => [day, cost_microusd])).toEqual([
    ["2026-02-27", 7],
    ["2026-02-28", 0],
    ["2026-03-01", 5],
  ]);
});

test("a total is the sum of every count", () => {
  expect(totalOf([sum("2026-03-01", 5), sum("2026-03-02", 0)])).toEqual({
    calls: 2,
    prompt_tokens: 20,
    cached_tokens: 8,
    thought_tokens: 4,
    reply_tokens: 6,
    total_tokens: 30,
    cost_microusd: 5,
    unpriced_calls: 1,
  });
});
