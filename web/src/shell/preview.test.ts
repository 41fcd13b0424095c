import { expect, test } from "vitest";
import type { Preview } from "../gen/api";
import { previewLine } from "./preview";

const ben = { id: "ben", username: "ben" };
const said = (more: Partial<Preview> = {}): Preview => ({
  message_id: "m",
  seq: 1,
  kind: "text",
  user_id: ben.id,
  username: ben.username,
  is_bot: false,
  status: "complete",
  content: "See **you** there",
  ...more,
});
const bot = { user_id: "bot", username: "gemini", is_bot: true };
const line = (last_message: Preview | null, kind: "group" | "private" | "ai" = "group") =>
  previewLine({ kind, last_message, typing: [] }, "me");

test("in a group the preview says who spoke, without the marks of the text", () => {
  expect(line(said())).toEqual({ text: "ben: See you there", tone: "plain" });
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

test("a deleted message and an empty chat have words of their own", () => {
  expect(line(said({ content: "" })).text).toBe("Message deleted");
  expect(line(null).text).toBe("Nothing said yet");
});

test("what the chat reports is nobody's word", () => {
  expect(line(said({ kind: "system", content: "ben left" })).text).toBe("ben left");
});

test("who is typing comes before what was said", () => {
  const typing = (...typing: (typeof ben)[]) =>
    previewLine({ kind: "group", last_message: said(), typing }, "me");
  const cleo = { id: "cleo", username: "cleo" };
  expect(typing(ben)).toEqual({ text: "ben is typing…", tone: "typing" });
  expect(typing(ben, cleo).text).toBe("ben and cleo are typing…");
  expect(typing(ben, cleo, { id: "eli", username: "eli" }).text).toBe("Several people are typing…");
});
