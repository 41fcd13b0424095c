import { expect, test } from "vitest";
import type { Message } from "../gen/api";
import { aChange, aMessage, aReply, ref } from "../test/messages";
import { type Heard, heardBy, newsOf } from "./news";

const silence: Heard = { seq: 10, replies: new Map() };

function hear(messages: Message[], heard = silence) {
  return newsOf(
    messages.map((message) => ({ key: message.id, message })),
    heard,
    "ada",
  );
}

function kinds(messages: Message[], heard = silence): string[] {
  return hear(messages, heard).news.map((news) => news.kind);
}

test("what others say is told once, and what one says oneself is not", () => {
  const said = [aMessage({ seq: 11, user_id: "ben" }), aMessage({ seq: 12, user_id: "ada" })];
  expect(kinds(said)).toEqual(["said"]);
  expect(kinds(said, hear(said).heard)).toEqual([]);
});

test("older messages, edits, deletions and what the room reports are not told", () => {
  expect(
    kinds([
      aMessage({ seq: 3, user_id: "ben" }),
      aMessage({ seq: 4, user_id: "ben", updated_seq: 12 }),
      aMessage({ seq: 13, user_id: "ben", deleted_at: "2026-11-21T10:00:00.000Z" }),
      aChange({ type: "member_left", user: ref("ben") }, { seq: 14 }),
    ]),
  ).toEqual([]);
});

test("many messages at once are counted", () => {
  const said = [11, 12, 13, 14].map((seq) => aMessage({ seq, user_id: "ben" }));
  expect(hear(said).news).toEqual([{ kind: "many", count: 4 }]);
});

test("a reply is told at its start and at its end, and not while it waits", () => {
  const queued = hear([aReply({ seq: 11, status: "queued" })]);
  expect(queued.news).toEqual([]);
  const begun = hear([aReply({ seq: 11, updated_seq: 12, status: "streaming" })], queued.heard);
  expect(begun.news.map((news) => news.kind)).toEqual(["answering"]);
  const ended = hear([aReply({ seq: 11, updated_seq: 13 })], begun.heard);
  expect(ended.news.map((news) => news.kind)).toEqual(["answered"]);
  expect(ended.heard.replies.size).toBe(0);
});

test("of a reply that was being written when one came, the end is told", () => {
  const writing = aReply({ seq: 9, updated_seq: 10, status: "streaming" });
  const heard = heardBy([{ key: writing.id, message: writing }], 10);
  expect(kinds([writing], heard)).toEqual([]);
  expect(kinds([{ ...writing, status: "complete", updated_seq: 11 }], heard)).toEqual(["answered"]);
});

test("each way to end has its own words", () => {
  for (const [status, kind] of [
    ["failed", "failed"],
    ["stopped", "fell_short"],
    ["interrupted", "fell_short"],
  ] as const) {
    expect(kinds([aReply({ seq: 11, status })])).toEqual([kind]);
  }
});

test("a reply that is written again is told again", () => {
  const failed = hear([aReply({ seq: 11, status: "failed" })]);
  expect(kinds([aReply({ seq: 11, updated_seq: 20, status: "streaming" })], failed.heard)).toEqual([
    "answering",
  ]);
});

test("a reply that was deleted long after its end is not told", () => {
  expect(kinds([aReply({ seq: 4, updated_seq: 20, deleted_at: "2026-11-21T10:00:00.000Z" })])).toEqual([]);
});
