import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Disconnected, Problem } from "../wire/problem";
import {
  fieldText,
  formatAgo,
  formatDay,
  formatNumber,
  formatTime,
  type Key,
  preferredLocale,
  problemText,
  setLocale,
  systemText,
  t,
  useLocale,
} from ".";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await setLocale("en");
});

const ada = { id: "1", username: "ada", display_name: "Ada Lovelace" };
const ben = { id: "2", username: "ben", display_name: "Ben" };

test("a text is filled in and takes the plural that its number asks for", () => {
  expect(t("system.member_added", { by: "ada", user: "ben" })).toBe("ada added ben");
  expect(t("notify.more", { count: 1 })).toBe("1 new message");
  expect(t("notify.more", { count: 1200 })).toBe("1,200 new messages");
});

test("what is filled in is never read as a placeholder again", () => {
  expect(t("system.member_added", { by: "{{user}}", user: "$1 $&" })).toBe("{{user}} added $1 $&");
});

test("a key that does not exist does not compile, and shows itself where it slips through", () => {
  // @ts-expect-error there is no such key
  const wrong: Key = "notify.nothing";
  expect(t(wrong)).toBe("notify.nothing");
});

test("the second language comes when it is wanted, and whoever shows texts hears of it", async () => {
  const { result } = renderHook(() => useLocale());
  expect(result.current).toBe("en");
  await act(() => setLocale("de"));
  expect(result.current).toBe("de");
  expect(document.documentElement.lang).toBe("de");
  expect(t("notify.more", { count: 1200 })).toBe("1.200 neue Nachrichten");
  expect(formatNumber(0.5)).toBe("0,5");
});

test("of two changes of language the later one wins, whichever text comes first", async () => {
  await Promise.all([setLocale("de"), setLocale("en")]);
  expect(t("notify.ready")).toBe("Your answer is ready");
});

test("the browser's first known language is taken", () => {
  expect(preferredLocale(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(preferredLocale(["fr", "pt-BR"])).toBe("en");
});

test("days are called by the name that a person would use", () => {
  expect(formatDay("2026-11-21T08:00:00.000Z")).toBe("Today");
  expect(formatDay("2026-11-20T12:00:00.000Z")).toBe("Yesterday");
  expect(formatDay("2026-11-17T12:00:00.000Z")).toBe("Tuesday");
  expect(formatDay("2026-03-03T12:00:00.000Z")).toBe("March 3");
  expect(formatDay("2025-03-03T12:00:00.000Z")).toBe("March 3, 2025");
  expect(formatAgo("2026-11-21T11:55:00.000Z")).toBe("5 minutes ago");
  expect(formatAgo("2026-11-24T12:00:00.000Z")).toBe("in 3 days");
});

test("days and times are written as where the reader lives, if they speak the app's language there", async () => {
  const languages = vi.spyOn(navigator, "languages", "get");
  const written = () => [formatDay("2026-03-03T12:00:00.000Z"), formatTime("2026-03-03T17:05:00.000Z")];
  languages.mockReturnValue(["fr", "en-GB", "en"]);
  expect(written()).toEqual(["3 March", expect.stringMatching(/^\d\d:05$/)]);
  languages.mockReturnValue(["en-US"]);
  expect(written()).toEqual(["March 3", expect.stringMatching(/:05.[AP]M$/)]);
  await setLocale("de");
  expect(formatNumber(1200.5)).toBe("1.200,5");
  languages.mockReturnValue(["de-CH"]);
  expect(formatNumber(1200.5)).toMatch(/^1[’']200\.5$/);
});

test("a refusal is told in the reader's language where its sentence is known, else in the server's words", async () => {
  const taken = new Problem({ code: "conflict", detail: "this username is taken" });
  const rare = new Problem({ code: "conflict", detail: "the bot stays an ordinary participant" });
  const slow = new Problem({ code: "rate_limited", detail: "too many requests", retry_after: 7 });
  const socket = new Problem({ code: "validation_failed", detail: "content: must not be empty" });
  expect(problemText(taken)).toBe("This username is taken.");
  expect(problemText(rare)).toBe("the bot stays an ordinary participant");
  expect(problemText(slow)).toBe("Too many attempts. Try again in 7 seconds.");
  expect(problemText(socket)).toBe("This must not be empty.");
  expect(problemText(new Disconnected())).toBe("No connection to the server. Try again in a moment.");
  expect(problemText(new TypeError("x is undefined"))).toBe("Something went wrong on the server.");
  await setLocale("de");
  expect(problemText(taken)).toBe("Dieser Benutzername ist vergeben.");
});

test("a form finds the complaint of each of its fields", () => {
  const errors = [
    { field: "email", message: "must be an email address" },
    { field: "password", message: "must have 8 to 1024 bytes" },
  ];
  const problem = new Problem({ code: "validation_failed", detail: "some fields are not valid", errors });
  expect(fieldText(problem, "email")).toBe("This is not an email address.");
  expect(fieldText(problem, "password")).toBe("must have 8 to 1024 bytes");
  expect(fieldText(problem, "username")).toBeUndefined();
});

test("a system message is told from its data, and one of an unknown type in its own words", () => {
  const content = "ada did something new";
  expect(systemText({ content, data: { type: "role_changed", user: ben, role: "admin", by: ada } })).toBe(
    "Ada Lovelace made Ben an admin",
  );
  // @ts-expect-error a type of a newer server
  expect(systemText({ content, data: { type: "room_painted", by: ada } })).toBe(content);
  expect(systemText({ content })).toBe(content);
});
