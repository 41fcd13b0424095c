import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { Server } from "../test/server";
import { openTab, pass, see, type Tab } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.chat("room");
  server.chat("other");
  server.install();
});

afterEach(removeEdge);

const draft = (tab: Tab, chat = "room") => see(() => tab.useDraft(chat)[0]);
const write = (tab: Tab, next: Parameters<Tab["setDraft"]>[1], chat = "room") =>
  act(() => tab.setDraft(chat, next));

test("each chat has a draft of its own, with what it answers or edits", async () => {
  const tab = await openTab();
  await write(tab, { text: "so", replyTo: "m1" });
  await write(tab, { text: "then", editing: "m2" }, "other");
  expect(draft(tab).now).toEqual({ text: "so", replyTo: "m1" });
  expect(draft(tab, "other").now).toEqual({ text: "then", editing: "m2" });
});

test("a draft survives a reload, also of the moment after the last key", async () => {
  const tab = await openTab();
  await write(tab, { text: "half a thou" });
  dispatchEvent(new Event("pagehide"));
  expect(draft(await openTab()).now.text).toBe("half a thou");
});

test("what is written in one tab shows in the other, but never under the hands of who types there", async () => {
  const [one, two] = [await openTab(), await openTab()];
  const [here, there] = [draft(one), draft(two)];
  const key = "coop.user.id-ada.draft.room";
  await write(one, { text: "from one" });
  await pass(300);
  act(() => void dispatchEvent(new StorageEvent("storage", { key })));
  expect(there.now.text).toBe("from one");
  await write(two, { text: "from two" });
  localStorage.setItem(key, JSON.stringify({ text: "from one, more" }));
  act(() => void dispatchEvent(new StorageEvent("storage", { key })));
  expect([here.now.text, there.now.text]).toEqual(["from one, more", "from two"]);
});

test("the list marks a chat with a draft, and is not drawn anew at every key", async () => {
  const tab = await openTab();
  const list = see(tab.useChats);
  await write(tab, { text: "s" });
  const marked = list.now;
  expect(marked?.find((chat) => chat.id === "room")?.draft).toBe(true);
  await write(tab, { text: "so" });
  expect(list.now).toBe(marked);
  await write(tab, { text: " \n" });
  expect(list.now?.find((chat) => chat.id === "room")?.draft).toBe(false);
});

test("sending empties the draft, for good", async () => {
  const tab = await openTab();
  await write(tab, { text: "hello", replyTo: "m1" });
  await pass(300);
  tab.post("room", "hello", "m1");
  await pass(300);
  expect(draft(tab).now).toEqual({ text: "" });
  expect(draft(await openTab()).now).toEqual({ text: "" });
});
