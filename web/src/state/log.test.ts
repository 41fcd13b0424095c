import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { ada, ben, json, Server } from "../test/server";
import { done, openTab, pass, see, type Tab } from "../test/tab";
import type { Log } from "./log";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
});

afterEach(removeEdge);

/** What a log shows: a message's text, or a pending one's with its state. */
const texts = (log: Log) =>
  log.rows.map((row) =>
    "message" in row ? row.message.content : `${row.pending.content} (${row.pending.state})`,
  );

function fill(count: number, chat = "room"): void {
  for (let n = 1; n <= count; n++) server.post(chat, ben, `${n}`);
  server.chat(chat).reads.set(ada.id, count);
}

async function openRoom(tab: Tab, chat = "room") {
  tab.openChat(chat);
  const log = see(() => tab.useLog(chat));
  await pass(10);
  return log;
}

test("a room shows its newest page, and what comes after it", async () => {
  fill(150);
  const log = await openRoom(await openTab());
  expect([log.now.rows.length, log.now.atStart, log.now.atEnd]).toEqual([100, false, true]);
  server.post("room", ben, "new");
  await pass();
  expect(texts(log.now).slice(-2)).toEqual(["150", "new"]);
});

test("an empty room is known to be empty", async () => {
  server.chat("room");
  const log = await openRoom(await openTab());
  expect(log.now).toEqual({ rows: [], atStart: true, atEnd: true, loading: "none" });
});

test("paging goes to the first message and keeps the rows that are there", async () => {
  fill(250);
  const tab = await openTab();
  const log = await openRoom(tab);
  const newest = log.now.rows.at(-1);
  await done(tab.loadOlder("room"));
  await done(tab.loadOlder("room"));
  expect([log.now.rows.length, log.now.atStart, texts(log.now)[0]]).toEqual([250, true, "1"]);
  expect(log.now.rows.at(-1)).toBe(newest);
  const before = server.requests.length;
  await done(tab.loadOlder("room"));
  expect(server.requests.length).toBe(before);
});

test("only so many rows stay in memory; those at the other end go and come again", async () => {
  fill(3_000);
  const tab = await openTab();
  const log = await openRoom(tab);
  while (!log.now.atStart) await done(tab.loadOlder("room"));
  expect([texts(log.now)[0], log.now.atEnd]).toEqual(["1", false]);
  expect(log.now.rows.length).toBeLessThanOrEqual(2_200);
  while (!log.now.atEnd) await done(tab.loadNewer("room"));
  expect([texts(log.now).at(-1), log.now.atStart]).toEqual(["3000", false]);
  const seqs = log.now.rows.map((row) => ("message" in row ? row.message.seq : 0));
  expect(seqs).toEqual(seqs.map((_, place) => (seqs[0] ?? 0) + place));
});

test("what is posted while one reads far above has no place until one comes down, and is then there", async () => {
  fill(500);
  const tab = await openTab();
  const log = await openRoom(tab);
  await done(tab.openAround("room", 100));
  expect([log.now.atEnd, texts(log.now).includes("100")]).toEqual([false, true]);
  server.post("room", ben, "meanwhile");
  await pass();
  expect(texts(log.now)).not.toContain("meanwhile");
  while (!log.now.atEnd) await done(tab.loadNewer("room"));
  expect(texts(log.now).slice(-2)).toEqual(["500", "meanwhile"]);
});

test("what comes while a page is on its way is there with the page, also as it was changed since", async () => {
  fill(3);
  const tab = await openTab();
  const release = server.hold("GET /api/chats/room/messages");
  server.answer("GET /api/chats/room/messages", () =>
    json(
      server
        .chat("room")
        .messages.slice(0, 3)
        .map((m) => ({ ...m, content: m.content.slice(0, 1), updated_seq: m.seq })),
    ),
  );
  tab.openChat("room");
  const log = see(() => tab.useLog("room"));
  await pass(10);
  server.post("room", ben, "new");
  server.change("room", "m-room-2", { content: "2, edited", edited_at: "now" });
  await pass();
  release();
  await pass(10);
  expect(texts(log.now)).toEqual(["1", "2, edited", "3", "new"]);
});

test("a room that is opened before anything is known of it misses nothing", async () => {
  fill(2);
  const releases = ["GET /api/chats?", "POST /api/auth/ws-ticket"].map((start) => server.hold(start));
  const log = await openRoom(await openTab());
  server.post("room", ben, "3");
  for (const release of releases.reverse()) {
    release();
    await pass(10);
  }
  expect(texts(log.now)).toEqual(["1", "2", "3"]);
});

test("an edit and a deletion elsewhere change the row in its place, and no other row", async () => {
  fill(3);
  const log = await openRoom(await openTab());
  const [first, , third] = log.now.rows;
  server.change("room", "m-room-2", { content: "edited", edited_at: "now" });
  await pass();
  expect(texts(log.now)).toEqual(["1", "edited", "3"]);
  server.change("room", "m-room-2", { content: "", deleted_at: "now" });
  await pass();
  expect(texts(log.now)).toEqual(["1", "", "3"]);
  expect([log.now.rows[0], log.now.rows[2]]).toEqual([first, third]);
  expect(log.now.rows[0]).toBe(first);
});

test("frames that come twice, or late, change nothing", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  const [frame] = server.chat("room").log;
  server.change("room", "m-room-1", { content: "edited" });
  await pass();
  const { rows } = log.now;
  server.socket.say({ ...frame, content: "as it was" });
  await pass();
  expect(log.now.rows).toBe(rows);
});

test("after a time without a connection, everything that was missed is there, once and in order", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  server.reach = "down";
  server.cut();
  server.post("room", ben, "3");
  server.change("room", "m-room-1", { content: "", deleted_at: "now" });
  server.post("room", ben, "5");
  await pass(60_000);
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(20);
  expect(texts(log.now)).toEqual(["", "2", "3", "5"]);
});

test("a room that is open catches up at once, before the list of chats has come", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  server.cut();
  server.hold("GET /api/chats?");
  server.post("room", ben, "3");
  await pass(2_000);
  expect(texts(log.now)).toEqual(["1", "2", "3"]);
});

test("a frame that was lost is noticed by the next one, and asked for", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  const { socket } = server;
  vi.spyOn(socket, "say").mockImplementationOnce(() => undefined);
  server.post("room", ben, "lost");
  server.post("room", ben, "heard");
  await pass();
  expect(texts(log.now)).toEqual(["1", "2", "lost", "heard"]);
  expect(socket.commands.at(-1)).toMatchObject({ type: "join", chat_id: "room", after: 2 });
});

test("a last frame that was lost is noticed by the heartbeat", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  vi.spyOn(server.socket, "say").mockImplementationOnce(() => undefined);
  server.post("room", ben, "lost");
  await pass();
  expect(texts(log.now)).toEqual(["1", "2"]);
  server.socket.say({ type: "heads", chats: { room: 3 } });
  await pass();
  expect(texts(log.now)).toEqual(["1", "2", "lost"]);
});

test("a socket that fell too far behind joins again from where it was", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  server.chat("room").seats.clear();
  server.post("room", ben, "3");
  server.socket.say({ type: "resync", chat_id: "room", after: 2 });
  await pass();
  expect(texts(log.now)).toEqual(["1", "2", "3"]);
});

test("where the server's log does not reach back, the room is paged anew", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  server.reach = "down";
  server.cut();
  const chat = server.chat("room");
  for (let n = 3; n <= 300; n++) server.post("room", ben, `${n}`);
  chat.messages.splice(0, 1);
  chat.pruned = 250;
  await pass(20_000);
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(20);
  expect([texts(log.now)[0], texts(log.now).at(-1), log.now.rows.length]).toEqual(["201", "300", 100]);
});

test("a page that fails says so, and comes when it is asked for again", async () => {
  fill(150);
  const tab = await openTab();
  const log = await openRoom(tab);
  server.reach = "down";
  await done(tab.loadOlder("room"));
  expect([log.now.loading, log.now.rows.length]).toEqual(["none", 100]);
  expect(log.now.error).toBeInstanceOf(Error);
  server.reach = "up";
  await done(tab.loadOlder("room"));
  expect([log.now.error, log.now.rows.length]).toEqual([undefined, 150]);
});

test("a room that could not be opened for want of a connection opens when it is back", async () => {
  fill(2);
  const tab = await openTab();
  server.reach = "down";
  server.cut();
  const log = await openRoom(tab);
  expect(log.now.error).toBeInstanceOf(Error);
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(20);
  expect([texts(log.now), log.now.error]).toEqual([["1", "2"], undefined]);
});

test("an older page that did not come for want of a connection may be asked for again when it is back", async () => {
  fill(150);
  const tab = await openTab();
  const log = await openRoom(tab);
  server.reach = "down";
  server.cut();
  await done(tab.loadOlder("room"));
  expect(log.now.error).toBeInstanceOf(Error);
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(20);
  expect([log.now.error, log.now.rows.length]).toEqual([undefined, 100]);
});

test("where much is unread, the room opens where reading stopped, with a line there", async () => {
  fill(300);
  server.chat("room").reads.set(ada.id, 100);
  const log = await openRoom(await openTab());
  expect([log.now.dividerSeq, texts(log.now).includes("100"), texts(log.now).includes("101")]).toEqual([
    101,
    true,
    true,
  ]);
});

test("the line stands before the first of the others' unread messages, and moves when one comes back later", async () => {
  fill(3);
  server.chat("room").reads.set(ada.id, 1);
  const tab = await openTab();
  const log = await openRoom(tab);
  expect(log.now.dividerSeq).toBe(2);
  tab.closeChat("room");
  server.socket.say({ type: "read", chat_id: "room", user_id: ada.id, last_read_seq: 3 });
  server.post("room", ada, "mine");
  server.post("room", ben, "5");
  await pass();
  tab.openChat("room");
  await pass();
  expect(log.now.dividerSeq).toBe(5);
});

test("a post shows at once and keeps its row when it has become a message, ack first", async () => {
  fill(1);
  const tab = await openTab();
  const log = await openRoom(tab);
  const { socket } = server;
  const hold: object[] = [];
  const say = socket.say.bind(socket);
  vi.spyOn(socket, "say").mockImplementation((frame) => void hold.push(frame));
  tab.post("room", "hello");
  await pass();
  expect(texts(log.now)).toEqual(["1", "hello (pending)"]);
  const key = log.now.rows[1]?.key;
  const [frame, ack] = hold as [object, object];
  vi.mocked(socket.say).mockRestore();
  say(ack);
  await pass();
  expect(texts(log.now)).toEqual(["1", "hello (pending)"]);
  say(frame);
  await pass();
  expect([texts(log.now), log.now.rows[1]?.key]).toEqual([["1", "hello"], key]);
});

test("a post whose message comes before its ack is shown once", async () => {
  server.chat("room");
  const tab = await openTab();
  const log = await openRoom(tab);
  tab.post("room", "hello");
  await pass();
  expect(texts(log.now)).toEqual(["hello"]);
});

test("posts without a connection wait in their order and are posted once, though the server had one of them", async () => {
  server.chat("room");
  const tab = await openTab();
  const log = await openRoom(tab);
  server.isMute = true;
  // Stored, and its frame and ack lost on the way.
  vi.spyOn(server.socket, "say").mockImplementation(() => undefined);
  tab.post("room", "a");
  await pass();
  server.reach = "down";
  server.cut();
  tab.post("room", "b");
  tab.post("room", "c");
  await pass(3_000);
  expect(texts(log.now)).toEqual(["a (pending)", "b (pending)", "c (pending)"]);
  const keys = log.now.rows.map((row) => row.key);
  server.isMute = false;
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(20);
  expect(texts(log.now)).toEqual(["a", "b", "c"]);
  expect(log.now.rows.map((row) => row.key)).toEqual(keys);
  expect(server.chat("room").messages.map((message) => message.content)).toEqual(["a", "b", "c"]);
});

test("a refused post stays below, says why, and can be sent again or thrown away", async () => {
  server.chat("room");
  const tab = await openTab();
  const log = await openRoom(tab);
  tab.post("room", "refuse me");
  tab.post("room", "next");
  await pass();
  expect(texts(log.now)).toEqual(["next", "refuse me (failed)"]);
  const row = log.now.rows[1];
  if (!row || !("pending" in row)) throw new Error("not pending");
  expect(row.pending.error).toBe("This must not be empty.");
  tab.resend(row.key);
  await pass();
  expect(texts(log.now)).toEqual(["next", "refuse me (failed)"]);
  tab.discard(row.key);
  await pass();
  expect(texts(log.now)).toEqual(["next"]);
});

test("two tabs show one post once each, whoever sends it", async () => {
  server.chat("room");
  const [one, two] = [await openTab(), await openTab()];
  const [here, there] = [await openRoom(one), await openRoom(two)];
  one.post("room", "hello");
  await pass();
  expect([texts(here.now), texts(there.now)]).toEqual([["hello"], ["hello"]]);
  server.reach = "down";
  server.cut();
  one.post("room", "later");
  server.reach = "up";
  await pass(40_000);
  expect([texts(here.now), texts(there.now)]).toEqual([
    ["hello", "later"],
    ["hello", "later"],
  ]);
});

test("what a closed tab left unsent is sent by the next one", async () => {
  server.chat("room");
  const closed = await openTab();
  server.reach = "down";
  server.cut();
  closed.post("room", "left behind");
  await pass();
  server.reach = "up";
  const log = await openRoom(await openTab());
  expect(texts(log.now)).toEqual(["left behind"]);
});

test("a chat that is deleted, or that one is removed from, is empty and says why", async () => {
  fill(2);
  const log = await openRoom(await openTab());
  server.socket.say({
    type: "chat_deleted",
    seq: 3,
    chat_id: "room",
    by: { id: ben.id, username: "ben", display_name: "Ben" },
  });
  await pass();
  expect(log.now.rows).toEqual([]);
  expect(log.now.error).toMatchObject({ code: "not_found" });
});

test("an address of a chat that is none of ours says that it does not exist", async () => {
  const log = await openRoom(await openTab(), "nowhere");
  expect(log.now).toMatchObject({ loading: "none", error: { code: "not_found" } });
});

test("a quoted message is found in the log, or fetched, or gone, and follows its changes", async () => {
  fill(150);
  const tab = await openTab();
  await openRoom(tab);
  server.answer("GET /api/chats/room/messages/m-room-1", () => json(server.chat("room").messages[0]));
  server.answer("GET /api/chats/room/messages/m-room-999", () =>
    json({ code: "not_found", detail: "" }, 404),
  );
  const [here, fetched, gone] = ["m-room-150", "m-room-1", "m-room-999"].map((id) =>
    see(() => tab.useQuoted("room", id)),
  );
  await pass(10);
  expect(here?.now).toMatchObject({ kind: "found", message: { content: "150" } });
  expect(fetched?.now).toMatchObject({ kind: "found", message: { content: "1" } });
  server.change("room", "m-room-1", { content: "edited" });
  await pass();
  expect(fetched?.now).toMatchObject({ kind: "found", message: { content: "edited" } });
  expect(gone?.now).toEqual({ kind: "gone" });
});

test("a hundred thousand messages cost a page, and a frame costs no more than the window", async () => {
  const chat = server.chat("room");
  const one = server.post("room", ben, "x");
  chat.messages.length = 0;
  chat.log.length = 0;
  for (let seq = 1; seq <= 100_000; seq++)
    chat.messages.push({ ...one, id: `m-room-${seq}`, seq, updated_seq: seq });
  chat.head = 100_000;
  chat.reads.set(ada.id, 100_000);
  const tab = await openTab();
  const log = await openRoom(tab);
  expect(log.now.rows).toHaveLength(100);
  await done(tab.openAround("room", 50_000));
  expect(log.now.rows).toHaveLength(100);
  await done(tab.jumpToLatest("room"));
  server.post("room", ben, "newest");
  await pass();
  expect(texts(log.now).at(-1)).toBe("newest");
});
