import { expect, test } from "vitest";
import type { Message } from "../gen/api";
import type { Row } from "../state/log";
import { aChange, aMessage, aReply, ref } from "../test/messages";
import { type Entry, indexOfSeq, toEntries } from "./entries";

const now = "2026-11-21T12:00:00.000Z";

function at(minutes: number): string {
  return new Date(Date.parse("2026-11-21T10:00:00.000Z") + minutes * 60_000).toISOString();
}

function rows(...messages: Message[]): Row[] {
  return messages.map((message) => ({ key: message.id, message }));
}

function entries(list: Row[], context: Partial<Parameters<typeof toEntries>[1]> = {}): Entry[] {
  return toEntries(list, { me: "ada", now, atStart: true, ...context });
}

function grouped(list: Entry[]): boolean[] {
  return list.flatMap((entry) => ("grouped" in entry ? [entry.grouped] : []));
}

test("messages of one author within five minutes stand under one name", () => {
  const list = rows(
    aMessage({ seq: 1, created_at: at(0) }),
    aMessage({ seq: 2, created_at: at(4.9) }),
    aMessage({ seq: 3, created_at: at(9.9) }),
    aMessage({ seq: 4, created_at: at(10), user_id: "ben" }),
    aReply({ seq: 5, created_at: at(10) }),
    aMessage({ seq: 6, created_at: at(11), user_id: "ben" }),
  );
  expect(grouped(entries(list))).toEqual([false, true, false, false, false, false]);
});

test("what the room reports ends a group", () => {
  const left = aChange({ type: "member_left", user: ref("cleo") }, { seq: 2, created_at: at(1) });
  const list = rows(aMessage({ seq: 1, created_at: at(0) }), left, aMessage({ seq: 3, created_at: at(2) }));
  expect(grouped(entries(list))).toEqual([false, false]);
});

test("a pending post continues a group of mine, and not somebody else's", () => {
  const pending: Row = { key: "c1", pending: { client_id: "c1", content: "hello", state: "pending" } };
  const mine = rows(aMessage({ seq: 1, user_id: "ada", created_at: now }));
  const bens = rows(aMessage({ seq: 1, user_id: "ben", created_at: now }));
  expect(grouped(entries([...mine, pending]))).toEqual([false, true]);
  expect(grouped(entries([...bens, pending]))).toEqual([false, false]);
});

test("each day of the reader's begins with a line, and with a name", () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const list = rows(
    aMessage({ seq: 1, created_at: new Date(midnight - 120_000).toISOString() }),
    aMessage({ seq: 2, created_at: new Date(midnight - 1).toISOString() }),
    aMessage({ seq: 3, created_at: new Date(midnight).toISOString() }),
    aMessage({ seq: 4, created_at: new Date(midnight + 60_000).toISOString() }),
  );
  const drawn = entries(list).filter((entry) => entry.kind === "message");
  expect(drawn.map((entry) => entry.day !== undefined)).toEqual([true, false, true, false]);
  expect(grouped(drawn)).toEqual([false, true, false, true]);
});

test("the line above what is unread stands once, and begins with a name", () => {
  const list = rows(
    aMessage({ seq: 1, created_at: at(0) }),
    aMessage({ seq: 3, created_at: at(1) }),
    aMessage({ seq: 4, created_at: at(2) }),
  );
  const drawn = entries(list, { dividerSeq: 2 }).filter((entry) => entry.kind === "message");
  expect(drawn.map((entry) => entry.unread)).toEqual([undefined, true, undefined]);
  expect(grouped(drawn)).toEqual([false, false, true]);
});

test("consecutive joins are one line; leavings are another, and the rest stays as it is", () => {
  const by = ref("ada");
  const list = rows(
    aChange({ type: "chat_created", by }, { seq: 1 }),
    aChange({ type: "member_added", user: ref("ben"), by }, { seq: 2 }),
    aChange({ type: "member_added", user: ref("cleo"), by }, { seq: 3 }),
    aChange({ type: "member_left", user: ref("ben") }, { seq: 4 }),
    aChange({ type: "chat_renamed", name: "a", by }, { seq: 5 }),
    aChange({ type: "chat_renamed", name: "b", by }, { seq: 6 }),
  );
  const told = entries(list).flatMap((entry) =>
    entry.kind === "system" ? [[entry.change, entry.messages.map((message) => message.seq)]] : [],
  );
  expect(told).toEqual([
    ["other", [1]],
    ["joined", [2, 3]],
    ["left", [4]],
    ["other", [5]],
    ["other", [6]],
  ]);
});

test("joins before and after the unread line are not told together", () => {
  const join = (seq: number) =>
    aChange({ type: "member_added", user: ref(`p${seq}`), by: ref("ada") }, { seq });
  const drawn = entries(rows(join(1), join(2), join(3)), { dividerSeq: 3 });
  expect(drawn.map((entry) => (entry.kind === "system" ? entry.messages.length : entry.kind))).toEqual([
    "intro",
    2,
    1,
  ]);
});

test("older messages never change how a row looks that was already there", () => {
  const join = (seq: number) =>
    aChange(
      { type: "member_added", user: ref(`p${seq}`), by: ref("ada") },
      { seq, created_at: at(seq), user_id: "ada" },
    );
  const all = rows(
    ...Array.from({ length: 60 }, (_, index) => {
      const seq = index + 1;
      return seq % 7 < 3
        ? join(seq)
        : aMessage({ seq, created_at: at(seq), user_id: seq % 5 ? "ben" : "cleo" });
    }),
  );
  const whole = new Map(entries(all).map((entry) => [entry.key, entry]));
  for (let first = 0; first < all.length; first++) {
    for (const entry of entries(all.slice(first), { atStart: false })) {
      expect(entry).toEqual(whole.get(entry.key));
    }
  }
});

test("a message that was told together with others is found in their line", () => {
  const join = (seq: number) =>
    aChange({ type: "member_added", user: ref(`p${seq}`), by: ref("ada") }, { seq });
  const drawn = entries(rows(aMessage({ seq: 1 }), join(2), join(3), aMessage({ seq: 4 })));
  expect([1, 2, 3, 4, 5].map((seq) => indexOfSeq(drawn, seq))).toEqual([1, 2, 2, 3, -1]);
});
