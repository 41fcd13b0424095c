import { afterEach, beforeEach, expect, test } from "vitest";
import type { Me } from "../gen/api";
import { installEdge, removeEdge, setFocus } from "../test/edge";
import { ada, ben, gem, json, Server } from "../test/server";
import { done, openTab, pass, see, type Tab } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
});

afterEach(removeEdge);

const chat = (tab: Tab, id = "room") => see(() => tab.useChat(id));
const order = (tab: Tab) => see(() => tab.useChats()?.map((entry) => entry.id));

/** A chat is in front and its newest row on the screen. */
function read(tab: Tab, seq: number, id = "room"): void {
  tab.openChat(id);
  tab.reportVisible(id, seq);
}

test("the list is the server's, with titles, and a chat in which something happens comes to the top", async () => {
  for (const id of ["old", "room"]) server.chat(id);
  server.chat("solo").kind = "ai";
  const tab = await openTab();
  const ids = order(tab);
  expect(ids.now).toEqual(["solo", "room", "old"]);
  expect(see(() => tab.useChats()?.map((entry) => entry.title)).now).toEqual(["Gemini", "room", "old"]);
  server.post("old", ben, "hi");
  await pass();
  expect(ids.now).toEqual(["old", "solo", "room"]);
});

test("an entry stays the same object until something of it changes", async () => {
  for (const id of ["one", "two"]) server.chat(id);
  const tab = await openTab();
  const list = see(tab.useChats);
  const before = list.now;
  server.post("one", ben, "hi");
  await pass();
  const [one, two] = list.now ?? [];
  expect(two).toBe(before?.find((entry) => entry.id === "two"));
  expect(one?.last_message).toMatchObject({ content: "hi", display_name: "Ben" });
  expect(one).toBe(chat(tab, "one").now);
});

test("a long list comes in pages and the first one is shown before the last is there", async () => {
  for (let n = 0; n < 450; n++) server.chat(`c${n}`);
  const release = server.hold("GET /api/chats?limit=200&offset=380");
  const tab = await openTab();
  const ids = order(tab);
  expect(ids.now).toHaveLength(390);
  release();
  await pass(10);
  expect(ids.now).toHaveLength(450);
  const joins = server.socket.commands.filter((command) => command["type"] === "join");
  expect(joins).toHaveLength(100);
});

test("unread are the others' ordinary messages: not one's own, not the room's reports, not deleted ones", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  expect(room.now?.unread_count).toBe(1);
  server.post("room", ada, "mine");
  server.post("room", ben, "ben left", { kind: "system" });
  const gone = server.post("room", ben, "2");
  server.post("room", gem, "3");
  await pass();
  expect(room.now?.unread_count).toBe(3);
  server.change("room", gone.id, { content: "", deleted_at: "now" });
  await pass();
  expect(room.now?.unread_count).toBe(2);
  expect(see(tab.useTotalUnread).now).toBe(2);
});

test("what was posted and deleted while one was away leaves no trace in the count", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  see(() => tab.useLog("room"));
  await pass(10);
  server.cut();
  // The list is asked for late, so that the frames are what counts.
  const release = server.hold("GET /api/chats?");
  const gone = server.post("room", ben, "2");
  server.change("room", gone.id, { content: "", deleted_at: "now" });
  await pass(2_000);
  expect(room.now?.unread_count).toBe(1);
  release();
  await pass(10);
  expect(room.now?.unread_count).toBe(1);
});

test("unread messages are counted to a hundred and no further, and the server says when there are fewer", async () => {
  for (let n = 1; n <= 99; n++) server.post("room", ben, `${n}`);
  const tab = await openTab();
  const room = chat(tab);
  expect(room.now?.unread_count).toBe(99);
  for (let n = 0; n < 5; n++) server.post("room", ben, "more");
  await pass();
  expect(room.now?.unread_count).toBe(100);
  for (let n = 1; n <= 10; n++) server.change("room", `m-room-${n}`, { content: "", deleted_at: "now" });
  await pass();
  expect(room.now?.unread_count).toBe(100);
  await pass(2_000);
  expect(room.now?.unread_count).toBe(94);
});

test("a list that was asked for before a message came does not take it back", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  const stale = server.chat("room").listed(ada.id);
  server.answer("GET /api/chats?", () => json([stale]));
  server.post("room", ben, "2");
  server.socket.say({ type: "hello", connection_id: "c", user: ada, protocol: "coop.v1", heartbeat_s: 30 });
  await pass(10);
  expect([room.now?.unread_count, room.now?.last_message?.content]).toEqual([2, "2"]);
});

test("an invitation that comes late does not take back what the chat is called by now", async () => {
  const early = { ...server.chat("room").listed(ada.id), name: "before" };
  server.post("room", ben, "1");
  const tab = await openTab();
  server.hold("GET /api/chats?");
  server.socket.say({ type: "chat_invite", chat: early });
  await pass();
  expect(chat(tab).now?.title).toBe("room");
});

test("read is what stood before one's eyes for a second in a focused window", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  read(tab, 1);
  await pass(900);
  expect(room.now?.unread_count).toBe(1);
  await pass(100);
  expect([room.now?.unread_count, room.now?.last_read_seq]).toEqual([0, 1]);
  expect(server.chat("room").reads.get(ada.id)).toBe(1);
});

test("what is on the screen while nobody looks is not read", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  setFocus(false);
  read(tab, 1);
  await pass(60_000);
  expect(room.now?.unread_count).toBe(1);
  setFocus(true);
  await pass(999);
  expect(room.now?.unread_count).toBe(1);
  await pass(1);
  expect(room.now?.unread_count).toBe(0);
});

test("what one scrolls past is not read, nor a room that one leaves within the second", async () => {
  for (let n = 1; n <= 10; n++) server.post("room", ben, `${n}`);
  const tab = await openTab();
  const room = chat(tab);
  read(tab, 10);
  await pass(500);
  tab.reportVisible("room", 4);
  await pass(1_000);
  expect(room.now?.last_read_seq).toBe(4);
  tab.reportVisible("room", 8);
  await pass(500);
  tab.closeChat("room");
  await pass(5_000);
  expect(room.now?.last_read_seq).toBe(4);
});

test("where only a part was read, the rest is counted", async () => {
  for (let n = 1; n <= 10; n++) server.post("room", ben, `${n}`);
  const tab = await openTab();
  const room = chat(tab);
  see(() => tab.useLog("room"));
  await pass(10);
  read(tab, 4);
  await pass(1_000);
  expect(room.now?.unread_count).toBe(6);
});

test("two tabs are in step: what is read in one is read in the other", async () => {
  for (let n = 1; n <= 10; n++) server.post("room", ben, `${n}`);
  const [one, two] = [await openTab(), await openTab()];
  const there = chat(two);
  read(one, 4);
  await pass(1_000);
  await pass(2_000);
  expect([there.now?.last_read_seq, there.now?.unread_count]).toEqual([4, 6]);
  one.reportVisible("room", 10);
  await pass(1_000);
  expect(there.now?.unread_count).toBe(0);
});

test("what was read without a connection is told when it is back, and not undone by the list", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  server.reach = "down";
  server.cut();
  read(tab, 1);
  await pass(1_000);
  expect(room.now?.unread_count).toBe(0);
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(50);
  expect(server.chat("room").reads.get(ada.id)).toBe(1);
  expect(room.now?.unread_count).toBe(0);
});

test("a list from before one's own reading does not make it unread again", async () => {
  server.post("room", ben, "1");
  const tab = await openTab();
  const room = chat(tab);
  const stale = server.chat("room").listed(ada.id);
  read(tab, 1);
  await pass(1_000);
  server.answer("GET /api/chats?", () => json([stale]));
  server.socket.say({ type: "hello", connection_id: "c", user: ada, protocol: "coop.v1", heartbeat_s: 30 });
  await pass(10);
  expect([room.now?.unread_count, room.now?.last_read_seq]).toEqual([0, 1]);
});

test("somebody who calls me by name marks the chat, until it is looked at in any tab", async () => {
  server.chat("room");
  const [one, two] = [await openTab(), await openTab()];
  const [here, there] = [chat(one), chat(two)];
  server.post("room", ben, "mail@ada is no mention");
  await pass();
  expect(here.now?.mention).toBe(false);
  server.post("room", ben, "so, @Ada. What?");
  await pass();
  expect([here.now?.mention, there.now?.mention]).toEqual([true, true]);
  two.openChat("room");
  await pass();
  expect([here.now?.mention, there.now?.mention]).toEqual([false, false]);
});

test("an answer that I asked for marks the chat when it is ready, and only then", async () => {
  const run = (asked_by: string) => ({ id: `run-${asked_by}`, asked_by, question_id: "q" });
  server.chat("room");
  const tab = await openTab();
  const room = chat(tab);
  const his = server.post("room", gem, "", { status: "streaming", run: run(ben.id) });
  const mine = server.post("room", gem, "", { status: "streaming", run: run(ada.id) });
  server.settle("room", his.id, "for ben");
  await pass();
  expect(room.now?.mention).toBe(false);
  server.settle("room", mine.id, "for ada");
  await pass();
  expect([room.now?.mention, room.now?.last_message?.content]).toEqual([true, "for ada"]);
});

test("a chat that is not heard comes to the top when it goes on, and is heard and counted from then on", async () => {
  server.post("quiet", ben, "1");
  for (let n = 0; n < 120; n++) server.chat(`c${n}`);
  const tab = await openTab();
  const quiet = chat(tab, "quiet");
  server.post("quiet", ben, "2");
  server.post("quiet", ben, "3");
  const preview = { ...server.chat("quiet").messages[2], message_id: "m-quiet-3" };
  server.socket.say({ type: "chat_activity", chat_id: "quiet", head_seq: 3, preview, mention: true });
  await pass();
  expect(order(tab).now?.[0]).toBe("quiet");
  expect(quiet.now).toMatchObject({ unread_count: 3, mention: true, last_message: { content: "3" } });
  server.post("quiet", ben, "4");
  await pass();
  expect(quiet.now?.unread_count).toBe(4);
});

test("a chat that I am brought into appears, and one that ends for me goes", async () => {
  server.chat("room");
  const tab = await openTab();
  server.chat("new");
  server.socket.say({ type: "chat_invite", chat: server.chat("new").listed(ada.id) });
  await pass(10);
  expect(order(tab).now).toEqual(["new", "room"]);
  const user = { id: ada.id, username: "ada", kind: "person", display_name: "Ada", created_at: "" };
  const by = { id: ben.id, username: "ben", display_name: "Ben" };
  const report = { ...server.post("room", ben, "ada was removed", { kind: "system" }) };
  server.socket.say({ type: "participant_removed", seq: 2, chat_id: "room", user, by, message: report });
  server.chat("room").gone = true;
  await pass(10);
  expect(order(tab).now).toEqual(["new"]);
});

test("what was deleted or left while one was away is gone from the list", async () => {
  for (const id of ["stays", "goes"]) server.chat(id);
  const tab = await openTab();
  server.cut();
  server.chat("goes").gone = true;
  await pass(2_000);
  expect(order(tab).now).toEqual(["stays"]);
});

test("name, role and level follow what happens elsewhere", async () => {
  server.chat("room");
  const tab = await openTab();
  const room = chat(tab);
  const by = { id: ben.id, username: "ben", display_name: "Ben" };
  const message = { ...server.post("room", ben, "x", { kind: "system" }), seq: 2, updated_seq: 2, id: "s2" };
  server.socket.say({
    type: "chat_updated",
    seq: 2,
    chat_id: "room",
    name: "Plans",
    owner_id: ben.id,
    by,
    message,
  });
  const user = { id: ada.id, username: "ada", kind: "person", display_name: "Ada", created_at: "" };
  const third = { ...message, seq: 3, updated_seq: 3, id: "s3" };
  server.socket.say({
    type: "participant_role",
    seq: 3,
    chat_id: "room",
    user,
    role: "admin",
    by,
    message: third,
  });
  server.socket.say({ type: "chat_preferences", chat_id: "room", notify: "none" });
  server.post("room", ben, "unheard");
  await pass();
  expect(room.now).toMatchObject({ title: "Plans", owner_id: ben.id, my_role: "admin", notify: "none" });
  expect(see(tab.useTotalUnread).now).toBe(0);
});

test("a level that the server does not take is put back", async () => {
  server.chat("room");
  const tab = await openTab();
  const room = chat(tab);
  server.answer("PATCH /api/chats/room/me", () =>
    json({ code: "unavailable", detail: "", status: 503 }, 503),
  );
  await expect(done(tab.setNotify("room", "none"))).rejects.toThrow();
  expect(room.now?.notify).toBe("all");
});

test("who types is shown for five seconds after the last key, and not once they have sent it; never oneself", async () => {
  server.chat("room");
  const tab = await openTab();
  const room = chat(tab);
  const types = (who: Me) =>
    server.socket.say({
      type: "typing",
      chat_id: "room",
      user_id: who.id,
      username: who.username,
      display_name: who.display_name,
    });
  types(ada);
  types(ben);
  await pass(4_000);
  types(ben);
  await pass(4_900);
  expect(room.now?.typing.map((user) => user.display_name)).toEqual(["Ben"]);
  await pass(100);
  expect(room.now?.typing).toEqual([]);
  types(ben);
  server.post("room", ben, "sent");
  await pass();
  expect(see(() => tab.useTyping("room")).now).toEqual([]);
});

test("one's own typing is told as often as the others need it, and anew after a post", async () => {
  server.chat("room");
  const tab = await openTab();
  const told = () => server.socket.commands.filter((command) => command["type"] === "typing").length;
  for (let n = 0; n < 40; n++) {
    tab.sendTyping("room");
    await pass(100);
  }
  expect(told()).toBe(2);
  tab.post("room", "hi");
  tab.sendTyping("room");
  expect(told()).toBe(3);
});

test("the list names people as they call themselves, and hears of a new name", async () => {
  const room = server.chat("room");
  room.kind = "private";
  room.peer = { id: ben.id, username: "ben", display_name: "Ben" };
  server.post("room", ben, "hi");
  const tab = await openTab();
  const entry = chat(tab);
  expect(entry.now?.title).toBe("Ben");
  server.socket.say({ type: "user_updated", user: { ...ben, display_name: "Benjamin" } });
  await pass();
  expect(entry.now?.title).toBe("Benjamin");
  expect(entry.now?.last_message?.display_name).toBe("Benjamin");
});

test("the list tells a message that is deleted from one that has no text", async () => {
  server.chat("room");
  const tab = await openTab();
  const entry = chat(tab);
  const said = server.post("room", ben, "hi");
  await pass();
  expect(entry.now?.last_message?.deleted_at).toBeNull();
  const deleted_at = "2026-11-21T12:00:00.000Z";
  server.change("room", said.id, { content: "", deleted_at });
  await pass();
  expect(entry.now?.last_message).toMatchObject({ content: "", deleted_at });
});

test("members, who is there, and how far each has read, follow the room", async () => {
  server.chat("room");
  server.chat("room").reads.set(ben.id, 0);
  const tab = await openTab();
  const people = see(() => tab.usePeople("room"));
  const readers = see(() => tab.useReaders("room"));
  expect(people.now.members.map((member) => member.username)).toEqual(["ada", "ben", "gem"]);
  server.socket.say({
    type: "user_joined",
    chat_id: "room",
    user_id: ben.id,
    username: "ben",
    display_name: "Ben",
  });
  server.socket.say({ type: "read", chat_id: "room", user_id: ben.id, last_read_seq: 7 });
  server.socket.say({ type: "user_updated", user: { ...ben, display_name: "Benjamin" } });
  await pass();
  expect([...people.now.online]).toEqual([ada.id, ben.id]);
  expect(readers.now.get(ben.id)).toBe(7);
  expect(see(() => tab.useMember("room", ben.id)).now?.display_name).toBe("Benjamin");
  const [user, by] = [
    { ...ben, kind: "person" },
    { id: ada.id, username: "ada", display_name: "Ada" },
  ];
  const message = { ...server.post("room", ada, "x", { kind: "system" }), seq: 2, id: "s2" };
  server.socket.say({ type: "participant_role", seq: 2, chat_id: "room", user, role: "owner", by, message });
  server.socket.say({
    type: "user_left",
    chat_id: "room",
    user_id: ben.id,
    username: "ben",
    display_name: "Ben",
  });
  await pass();
  expect(people.now.members.map((member) => `${member.username} ${member.role}`)).toEqual([
    "ada owner",
    "ben owner",
    "gem member",
  ]);
  expect(people.now.online.has(ben.id)).toBe(false);
});

test("the queue is what the room said last, and empty where a new snapshot names none", async () => {
  const entry = { message_id: "m", run_id: "r", asked_by: ben.id, position: 1 };
  server.chat("room").queue = { running: [entry], waiting: [] };
  const tab = await openTab();
  const room = chat(tab);
  expect(room.now?.queue.running).toEqual([entry]);
  server.chat("room").queue = undefined;
  server.cut();
  await pass(2_000);
  expect(room.now?.queue).toEqual({ running: [], waiting: [] });
});

test("a list that could not be fetched comes with the connection, however long it would have waited", async () => {
  server.chat("room");
  const tab = await openTab();
  const room = chat(tab);
  server.cut();
  const release = server.hold("GET /api/chats?");
  server.reach = "down";
  await pass(60_000);
  server.post("room", ben, "1");
  server.reach = "up";
  release();
  dispatchEvent(new Event("online"));
  await pass(50);
  expect(room.now?.unread_count).toBe(1);
});

test("an answer that became ready while one was away marks the chat when one comes", async () => {
  const run = { id: "r", asked_by: ada.id, question_id: "q" };
  server.post("room", gem, "done", { run });
  const tab = await openTab();
  expect(chat(tab).now?.mention).toBe(true);
});

test("a chat that moves up while the list is paged is not lost between two pages", async () => {
  for (let n = 0; n < 250; n++) server.chat(`c${n}`);
  const tab = await openTab();
  const ids = order(tab);
  const release = server.hold("GET /api/chats?limit=200&offset=190");
  server.socket.say({ type: "hello", connection_id: "c", user: ada, protocol: "coop.v1", heartbeat_s: 30 });
  await pass(10);
  const moved = server.chat("c10");
  server.chats.delete("c10");
  server.chats.set("c10", moved);
  server.post("c10", ben, "hi");
  server.socket.say({ type: "chat_activity", chat_id: "c10", head_seq: 1 });
  release();
  await pass(10);
  expect(ids.now).toContain("c10");
});

test.each([1, 9, 10, 60])(
  "when %i chats go while the list is paged, no other is lost between two pages",
  async (going) => {
    for (let n = 0; n < 250; n++) server.chat(`c${n}`);
    const tab = await openTab();
    const ids = order(tab);
    const release = server.hold("GET /api/chats?limit=200&offset=190");
    server.socket.say({ type: "hello", connection_id: "c", user: ada, protocol: "coop.v1", heartbeat_s: 30 });
    await pass(10);
    for (let n = 249; n > 249 - going; n--) server.chat(`c${n}`).gone = true;
    release();
    await pass(10_000);
    const rest = Array.from({ length: 250 - going }, (_, n) => `c${n}`);
    expect(ids.now).toEqual(expect.arrayContaining(rest));
  },
);
