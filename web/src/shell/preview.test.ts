import { expect, test } from "vitest";
import type { Preview } from "../gen/api";
import { setLocale } from "../i18n";
import { previewLine } from "./preview";

const ben = { id: "ben", username: "ben", display_name: "Ben Ortega" };
const cleo = { id: "cleo", username: "cleo", display_name: "Cleo" };
const said = (more: Partial<Preview> = {}): Preview => ({
  message_id: "m",
  seq: 1,
  kind: "text",
  user_id: ben.id,
  username: ben.username,
  display_name: ben.display_name,
  is_bot: false,
  status: "complete",
  content: "See **you** there",
  ...more,
});
const bot = { user_id: "bot", username: "gem", display_name: "Gemini", is_bot: true };
const line = (last_message: Preview | null, kind: "group" | "private" | "ai" = "group") =>
  previewLine({ kind, last_message, typing: [] }, "me");

test("in a group the preview says who spoke, without the marks of the text", () => {
  expect(line(said())).toEqual({ text: "Ben Ortega: See you there", tone: "plain" });
  expect(line(said(bot))).toEqual({ text: "Gemini: See you there", tone: "plain" });
});

test("between two it does not: only one's own words are marked", () => {
  expect(line(said(), "private").text).toBe("See you there");
  expect(line(said({ user_id: "me" }), "private").text).toBe("You: See you there");
  expect(line(said(bot), "ai").text).toBe("See you there");
});

test.each([
  ["queued", "Gemini is thinking…"],
  ["streaming", "Gemini is writing…"],
  ["failed", "Gemini could not answer"],
] as const)("a reply that is %s says so in place of its text", (status, text) => {
  expect(line(said({ ...bot, status, content: "half" }))).toEqual({ text, tone: "bot" });
});

test("a reply that was stopped shows what it had said", () => {
  expect(line(said({ ...bot, status: "stopped", content: "half" })).text).toBe("Gemini: half");
});

test.each([
  ["stopped", "Gemini was stopped"],
  ["interrupted", "Gemini was interrupted"],
] as const)(
  "a reply that was %s before its first word says so, and not that it is deleted",
  (status, text) => {
    const silent = { ...bot, status, content: "" };
    expect(line(said(silent))).toEqual({ text, tone: "bot" });
    expect(line(said({ ...silent, deleted_at: "2026-11-21T12:00:00.000Z" })).text).toBe("Message deleted");
  },
);

test("a deleted message and an empty chat have words of their own", () => {
  expect(line(said({ content: "", deleted_at: "2026-11-21T12:00:00.000Z" })).text).toBe("Message deleted");
  expect(line(null).text).toBe("Nothing said yet");
});

test("what the chat reports is nobody's word, and is told in the reader's language", async () => {
  const left = said({ kind: "system", content: "ben left", data: { type: "member_left", user: ben } });
  expect(line(left).text).toBe("Ben Ortega left");
  await setLocale("de");
  expect(line(left).text).toBe("Ben Ortega hat den Chat verlassen");
  await setLocale("en");
  expect(line(said({ kind: "system", content: "ben left" })).text).toBe("ben left");
});

test("who is typing comes before what was said", () => {
  const typing = (...typing: (typeof ben)[]) =>
    previewLine({ kind: "group", last_message: said(), typing }, "me");
  expect(typing(ben)).toEqual({ text: "Ben Ortega is typing…", tone: "typing" });
  expect(typing(ben, cleo).text).toBe("Ben Ortega and Cleo are typing…");
  expect(typing(ben, cleo, { id: "eli", username: "eli", display_name: "Eli" }).text).toBe(
    "Several people are typing…",
  );
});
