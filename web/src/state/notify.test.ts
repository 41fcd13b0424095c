import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, installSecureContext, removeEdge, setFocus } from "../test/edge";
import { ada, ben, gem, Server } from "../test/server";
import { openTab, pass, see, type Tab } from "../test/tab";

class FakeNotification extends EventTarget {
  static permission: NotificationPermission = "granted";
  static shown: FakeNotification[] = [];
  static requestPermission = async () => {
    FakeNotification.permission = "granted";
    return FakeNotification.permission;
  };
  isOpen = true;
  readonly title: string;
  readonly options: NotificationOptions;

  constructor(title: string, options: NotificationOptions) {
    super();
    this.title = title;
    this.options = options;
    FakeNotification.shown.push(this);
  }

  close(): void {
    this.isOpen = false;
  }
}

let server: Server;
const shown = () => FakeNotification.shown.map(({ title, options }) => `${title}: ${options.body}`);

beforeEach(() => {
  installEdge();
  installSecureContext();
  FakeNotification.shown = [];
  FakeNotification.permission = "granted";
  vi.stubGlobal("Notification", FakeNotification);
  document.head.innerHTML = '<link rel="icon" href="/icons/favicon.svg">';
  document.title = "";
  server = new Server();
  server.chat("room");
  server.install();
});

afterEach(removeEdge);

async function openAway(): Promise<Tab> {
  const tab = await openTab();
  setFocus(false);
  return tab;
}

const run = (asked_by: string) => ({ id: `run-${asked_by}`, asked_by, question_id: "q" });

async function answer(asker: string): Promise<void> {
  const { id } = server.post("room", gem, "", { status: "streaming", run: run(asker) });
  await pass(10);
  server.settle("room", id, "The\n\nanswer");
  await pass(10);
}

test("a message of somebody else is told, with who and where; one's own and the room's reports are not", async () => {
  await openAway();
  server.post("room", ben, "are you\nthere?");
  server.post("room", ada, "from my phone");
  server.post("room", ben, "ben left", { kind: "system" });
  await pass(10);
  expect(shown()).toEqual(["Ben in room: are you there?"]);
});

test("an answer is told when it is ready, and as mine when I asked", async () => {
  await openAway();
  await answer(ada.id);
  expect(shown()).toEqual(["Your answer is ready: The answer"]);
});

test("an answer that failed is told as such, and one that somebody stopped not at all", async () => {
  await openAway();
  const end = (id: string, seq: number, more: object) =>
    server.tell("room", {
      type: "bot_stream",
      seq,
      chat_id: "room",
      message_id: id,
      chunk: "",
      is_complete: true,
      ...more,
    });
  const one = server.post("room", gem, "", { status: "streaming", run: run(ada.id) });
  end(one.id, 2, { status: "failed", full_response: "", detail: "the provider failed" });
  await pass(10);
  server.chat("room").head = 2;
  const two = server.post("room", gem, "", { status: "streaming", run: run(ada.id) });
  end(two.id, 4, { status: "stopped", full_response: "half", detail: "stopped by ben" });
  await pass(10);
  expect(shown()).toEqual(["Your answer could not be finished: the provider failed"]);
});

test("what is before my eyes, in whatever tab, is not told", async () => {
  // The first one notifies; it is the second that somebody looks at.
  const [one, two] = [await openTab(), await openTab()];
  two.openChat("room");
  await pass();
  server.post("room", ben, "seen");
  await pass(10);
  expect(shown()).toEqual([]);
  setFocus(false);
  await pass();
  server.post("room", ben, "unseen");
  await pass(10);
  setFocus(true);
  two.closeChat("room");
  one.openChat("other");
  await pass();
  server.post("room", ben, "elsewhere");
  await pass(10);
  expect(FakeNotification.shown.map(({ options }) => options.body)).toEqual([
    "unseen",
    "elsewhere\n2 new messages",
  ]);
});

test("of two tabs one notifies", async () => {
  await openTab();
  await openAway();
  server.post("room", ben, "once");
  await pass(10);
  expect(shown()).toEqual(["Ben in room: once"]);
});

test.each([
  [
    "all",
    [
      "Ben in room: hi",
      "Ben in room: @ada hi\n2 new messages",
      "Your answer is ready: The answer\n3 new messages",
    ],
  ],
  ["mentions", ["Ben in room: @ada hi", "Your answer is ready: The answer\n2 new messages"]],
  ["none", []],
] as const)("the level %s tells what it says", async (level, told) => {
  server.chat("room").notify = level;
  await openAway();
  server.post("room", ben, "hi");
  await pass(10);
  server.post("room", ben, "@ada hi");
  await pass(10);
  await answer(ada.id);
  expect(shown()).toEqual(told);
});

test("nothing is told without permission, nor when it is switched off", async () => {
  const tab = await openAway();
  tab.setSetting("notifications", false);
  server.post("room", ben, "hi");
  await pass(10);
  FakeNotification.permission = "denied";
  tab.setSetting("notifications", true);
  server.post("room", ben, "hi");
  await pass(10);
  expect(shown()).toEqual([]);
});

test("a chat has one notification, which goes when the chat is read, here or on another device", async () => {
  await openAway();
  server.post("room", ben, "one");
  await pass(10);
  server.post("room", ben, "two");
  await pass(10);
  const tags = new Set(FakeNotification.shown.map(({ options }) => options.tag));
  expect([...tags]).toEqual(["room"]);
  server.tell("room", { type: "read", chat_id: "room", user_id: ada.id, last_read_seq: 2 });
  await pass(10);
  expect(FakeNotification.shown.at(-1)?.isOpen).toBe(false);
});

test("a click opens the chat", async () => {
  const tab = await openAway();
  const [open, focus] = [vi.fn(), vi.fn()];
  vi.stubGlobal("focus", focus);
  tab.onNotificationClick(open);
  server.post("room", ben, "hi");
  await pass(10);
  FakeNotification.shown[0]?.dispatchEvent(new Event("click"));
  expect(open).toHaveBeenCalledWith("room");
  expect(focus).toHaveBeenCalled();
});

test("permission is asked for once, and known to whoever shows it", async () => {
  FakeNotification.permission = "default";
  const tab = await openTab();
  const permission = see(tab.usePermission);
  expect(permission.now).toBe("default");
  await act(() => tab.askPermission());
  expect(permission.now).toBe("granted");
});

test("a page without a title of its own has the app's", async () => {
  const tab = await openTab();
  tab.setPageTitle("room");
  tab.setPageTitle("");
  expect(document.title).toBe("Gemini Coop");
});

test("the title and the icon tell how much is unread, over plain http as well", async () => {
  removeSecure();
  const tab = await openTab();
  tab.setPageTitle("room · Gemini Coop");
  expect(document.title).toBe("room · Gemini Coop");
  for (let n = 0; n < 3; n++) server.post("room", ben, "hi");
  await pass(10);
  expect(document.title).toBe("(3) room · Gemini Coop");
  expect(document.querySelector("link")?.getAttribute("href")).toBe("/icons/favicon-unread.svg");
  server.tell("room", { type: "read", chat_id: "room", user_id: ada.id, last_read_seq: 3 });
  await pass(10);
  expect(document.title).toBe("room · Gemini Coop");
  expect(document.querySelector("link")?.getAttribute("href")).toBe("/icons/favicon.svg");
});

test("over plain http there is nothing to permit, and messages come as ever", async () => {
  removeSecure();
  const tab = await openTab();
  expect(see(tab.usePermission).now).toBe("unsupported");
  expect(await tab.askPermission()).toBe("unsupported");
  server.post("room", ben, "hi");
  await pass(10);
  expect([shown(), see(() => tab.useChat("room")).now?.unread_count]).toEqual([[], 1]);
});

function removeSecure(): void {
  vi.stubGlobal("isSecureContext", false);
  Reflect.deleteProperty(navigator, "locks");
}
