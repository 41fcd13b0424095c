import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLocale } from "../i18n";
import { reasonText } from "./reason";

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

function refused(whose: string, span = "today"): string {
  const detail = `${whose} for ${span} has no room for another reply. It renews on 2026-12-01 at 00:00 UTC.`;
  const run = { id: "r", asked_by: "ada", question_id: "q", reason: "budget" as const, detail };
  return reasonText({ status: "failed", run });
}

test("a reply that a budget refused says whose it is, for how long, and when it renews", async () => {
  const renews = /It renews on .*1 December 2026/;
  expect(refused("Ada's budget")).toMatch(/^The budget of Ada for today has no room for another reply\./);
  expect(refused("Ada's budget")).toMatch(renews);
  expect(refused("Ada's budget", "this month")).toMatch(/^The budget of Ada for this month has no room/);
  expect(refused("This room's budget")).toMatch(/^The budget of this chat for today/);
  expect(refused("The server's budget")).toMatch(/^The budget of the server for today/);
  session.id = "ada";
  expect(refused("Ada's budget")).toMatch(/^Your budget for today/);
  await setLocale("de");
  expect(refused("Ada's budget")).toMatch(/^Dein Budget für heute reicht .* 1\. Dezember 2026/);
});

test("a refusal in words that are not known here is told in the server's", () => {
  const run = {
    id: "r",
    asked_by: "ada",
    question_id: "q",
    reason: "budget" as const,
    detail: "No money left.",
  };
  expect(reasonText({ status: "failed", run })).toBe("No money left.");
});
