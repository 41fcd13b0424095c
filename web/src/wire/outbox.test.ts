import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { Outbox, type Unsent } from "./outbox";
import { Disconnected, Problem } from "./problem";

type Sent = { post: Unsent; ack: () => void; fail: (error: Error) => void };

let sent: Sent[];

beforeEach(() => {
  installEdge();
  sent = [];
});

afterEach(removeEdge);

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

function open(): Outbox {
  const send = (post: Unsent) =>
    new Promise<void>((ack, fail) => {
      sent.push({ post, ack, fail });
    });
  return new Outbox("ada", send, () => undefined);
}

const ids = (outbox: Outbox, chat = "room") => outbox.of(chat).map((post) => post.client_id);
const lines = () => sent.map(({ post }) => post.client_id);
const add = (outbox: Outbox, ...clientIds: string[]) => {
  for (const client_id of clientIds) outbox.add({ client_id, chat_id: "room", content: client_id });
};

test("a chat's posts go out one after the other, in order; another chat waits for none of them", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  outbox.add({ client_id: "x", chat_id: "other", content: "x" });
  expect(lines()).toEqual(["a", "x"]);
  sent[0]?.ack();
  await pass();
  expect(lines()).toEqual(["a", "x", "b"]);
});

test("what has no answer is sent again with the same id, before what came later", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  sent[0]?.fail(new Disconnected());
  await pass();
  expect(lines()).toEqual(["a"]);
  outbox.flush();
  sent[1]?.ack();
  await pass();
  expect(lines()).toEqual(["a", "a", "b"]);
});

test("an acknowledged post stays until the chat shows it, and is not sent again", async () => {
  const outbox = open();
  add(outbox, "a");
  sent[0]?.ack();
  await pass();
  outbox.flush();
  expect([ids(outbox), lines()]).toEqual([["a"], ["a"]]);
  outbox.settle("a");
  expect(ids(outbox)).toEqual([]);
});

test("a message that comes before its acknowledgement is settled by it", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  outbox.settle("a");
  expect(ids(outbox)).toEqual(["b"]);
  sent[0]?.ack();
  await pass();
  expect([ids(outbox), lines()]).toEqual([["b"], ["a", "b"]]);
});

test("what is refused stays with its reason and lets the next one pass", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  sent[0]?.fail(new Problem({ code: "validation_failed", detail: "content: must not be empty" }));
  await pass();
  expect(outbox.of("room")[0]?.refused).toEqual({
    code: "validation_failed",
    detail: "content: must not be empty",
  });
  expect(lines()).toEqual(["a", "b"]);
  outbox.flush();
  expect(lines()).toEqual(["a", "b"]);
});

test("a refused post that is sent again goes to the end of the line, with the same id", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  sent[0]?.fail(new Problem({ code: "forbidden", detail: "no" }));
  await pass();
  outbox.resend("a");
  expect(ids(outbox)).toEqual(["b", "a"]);
  sent[1]?.ack();
  await pass();
  expect(lines()).toEqual(["a", "b", "a"]);
});

test("a refused post can be thrown away, for good", async () => {
  const outbox = open();
  add(outbox, "a");
  sent[0]?.fail(new Problem({ code: "forbidden", detail: "no" }));
  await pass();
  outbox.discard("a");
  expect(ids(outbox)).toEqual([]);
  outbox.close();
  expect(ids(open())).toEqual([]);
});

test("who is too fast waits as long as the server says, and keeps the order", async () => {
  const outbox = open();
  add(outbox, "a", "b");
  sent[0]?.fail(new Problem({ code: "rate_limited", detail: "too many", retry_after: 2 }));
  await pass();
  expect(outbox.of("room").map((post) => post.waitsUntil)).toEqual([Date.now() + 2_000, undefined]);
  await pass(1_999);
  outbox.flush();
  expect(lines()).toEqual(["a"]);
  await pass(1);
  expect(lines()).toEqual(["a", "a"]);
  expect(outbox.of("room").every((post) => post.refused === undefined)).toBe(true);
});

test("what was not sent survives a reload, in its order; what was acknowledged does not come back", async () => {
  const before = open();
  add(before, "done", "a", "b");
  sent[0]?.ack();
  await pass();
  before.close();
  const after = open();
  expect(ids(after)).toEqual(["a", "b"]);
  add(after, "c");
  expect(ids(after)).toEqual(["a", "b", "c"]);
});

test("one person's posts are not another's", () => {
  add(open(), "a");
  const other = new Outbox(
    "ben",
    async () => undefined,
    () => undefined,
  );
  expect(ids(other)).toEqual([]);
});

test("a post of another tab is shown here, and sent here only when everything is", () => {
  const outbox = open();
  const key = "coop.user.ada.post.a";
  localStorage.setItem(key, JSON.stringify({ client_id: "a", chat_id: "room", content: "a", place: 1 }));
  dispatchEvent(new StorageEvent("storage", { key }));
  expect([ids(outbox), lines()]).toEqual([["a"], []]);
  outbox.flush();
  expect(lines()).toEqual(["a"]);
});

test("a post that another tab has brought to the server stays until its message comes here, too", () => {
  const outbox = open();
  const key = "coop.user.ada.post.a";
  const tell = (entry?: object) => {
    if (entry)
      localStorage.setItem(
        key,
        JSON.stringify({ client_id: "a", chat_id: "room", content: "a", place: 1, ...entry }),
      );
    else localStorage.removeItem(key);
    dispatchEvent(new StorageEvent("storage", { key }));
  };
  tell({});
  tell();
  outbox.flush();
  expect([ids(outbox), lines()]).toEqual([["a"], []]);
  outbox.settle("a");
  tell({});
  expect(ids(outbox)).toEqual([]);
});

test("a refused post that another tab throws away is gone here, too", () => {
  const outbox = open();
  const key = "coop.user.ada.post.a";
  const refused = { code: "forbidden", detail: "no" };
  localStorage.setItem(
    key,
    JSON.stringify({ client_id: "a", chat_id: "room", content: "a", place: 1, refused }),
  );
  dispatchEvent(new StorageEvent("storage", { key }));
  expect(ids(outbox)).toEqual(["a"]);
  localStorage.removeItem(key);
  dispatchEvent(new StorageEvent("storage", { key }));
  expect(ids(outbox)).toEqual([]);
});

test("a browser that keeps nothing still sends", async () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const outbox = open();
  add(outbox, "a");
  expect([ids(outbox), lines()]).toEqual([["a"], ["a"]]);
  vi.restoreAllMocks();
});
