import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Period, Scope } from "../gen/api";
import { setLocale } from "../i18n";
import { fallbackText, reasonText } from "./reason";

const session = vi.hoisted(() => ({ id: "ben" }));
vi.mock("../state/session", () => ({ me: () => session }));

beforeEach(() => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-GB", "de-DE"]);
  session.id = "ben";
});
afterEach(async () => {
  vi.restoreAllMocks();
  await setLocale("en");
});

function refused(scope: Scope, period: Period = "day"): string {
  const budget = {
    ...{ scope, period, unit: "tokens" as const, limit: 100, used: 90 },
    resets_at: "2026-12-01T00:00:00.000Z",
  };
  const run = { id: "r", asked_by: "ada", question_id: "q", reason: "budget" as const, budget };
  return reasonText({ status: "failed", run });
}

test("a reply that a budget refused says whose it is, for how long, and when it renews", async () => {
  const renews = /It renews on .*1 December 2026/;
  expect(refused("person")).toMatch(/^The asker’s budget for today has no room for another reply\./);
  expect(refused("person")).toMatch(renews);
  expect(refused("person", "month")).toMatch(/^The asker’s budget for this month has no room/);
  expect(refused("room")).toMatch(/^The budget of this chat for today/);
  expect(refused("server")).toMatch(/^The budget of the server for today/);
  session.id = "ada";
  expect(refused("person")).toMatch(/^Your budget for today/);
  await setLocale("de");
  expect(refused("person")).toMatch(/^Dein Budget für heute reicht .* 1\. Dezember 2026/);
});

test("a refusal of which only the server's words are known is told in those", () => {
  const run = {
    id: "r",
    asked_by: "ada",
    question_id: "q",
    reason: "budget" as const,
    detail: "No money left.",
  };
  expect(reasonText({ status: "failed", run })).toBe("No money left.");
});

test("where another model answered, it is said which and why, in the reader's language", async () => {
  const run = { id: "r", asked_by: "ada", question_id: "q", model: "lite-2", fallback_from: "gemini/pro" };
  const why = (trouble: string) =>
    fallbackText({ ...run, detail: `gemini/pro ${trouble}; local/lite was asked instead.` });
  expect(why("is overloaded")).toBe("local/lite answered, because gemini/pro was overloaded.");
  expect(why("is at its limit")).toMatch(/was at its limit\.$/);
  expect(why("took too long")).toMatch(/took too long\.$/);
  expect(why("has failed several times in a row")).toMatch(/several times in a row\.$/);
  expect(why("failed")).toMatch(/failed\.$/);
  await setLocale("de");
  expect(why("is overloaded")).toBe("local/lite hat geantwortet, weil gemini/pro überlastet war.");
});

test("a fallback whose reason is told nowhere names the model that answered", () => {
  const run = { id: "r", asked_by: "ada", question_id: "q", model: "lite-2", fallback_from: "gemini/pro" };
  expect(fallbackText(run)).toBe("lite-2 answered, because gemini/pro failed.");
  expect(fallbackText({ ...run, fallback_from: null })).toBeUndefined();
});
