import { expect, test } from "vitest";
import type { ReplyRun, Usage } from "../gen/api";
import { costOf } from "./cost";

const told = (usage?: Usage) =>
  costOf({ id: "r", asked_by: "a", question_id: "q", model: "m", usage } as ReplyRun);

test("a reply tells what it cost; a price that is not known is never told as nothing", () => {
  expect(told({ total_tokens: 10, cost_microusd: 1230, unpriced: false })).toBe("m · 10 tokens · $0.00123");
  expect(told({ total_tokens: 10, cost_microusd: 0, unpriced: false })).toBe("m · 10 tokens · $0.00");
  expect(told({ total_tokens: 10, unpriced: true })).toBe("m · 10 tokens · price unknown");
  expect(told({ total_tokens: 10, cost_microusd: 5, unpriced: true })).toBe(
    "m · 10 tokens · at least $0.000005",
  );
});

test("what nobody counted is not told", () => {
  expect(told()).toBeUndefined();
  expect(told({ unpriced: false })).toBeUndefined();
});
