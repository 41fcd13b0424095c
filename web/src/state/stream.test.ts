import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { ada, gem, json, Server } from "../test/server";
import { openTab, pass, see, type Tab } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
});

afterEach(removeEdge);

const run = (id: string) => ({ id, asked_by: ada.id, question_id: "q" });

function begin(id = "run-1") {
  return server.post("room", gem, "", { status: "streaming", run: run(id) }).id;
}

function chunk(message_id: string, index: number, text: string): void {
  server.tell("room", {
    type: "bot_stream",
    chat_id: "room",
    message_id,
    index,
    chunk: text,
    is_complete: false,
  });
}

async function openRoom(): Promise<Tab> {
  server.chat("room");
  const tab = await openTab();
  tab.openChat("room");
  return tab;
}

test("a reply waits, is written, and is a message in the end", async () => {
  const tab = await openRoom();
  const log = see(() => tab.useLog("room"));
  await pass(10);
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  await pass(100);
  expect(stream.now).toEqual({ text: "", phase: "waiting" });
  chunk(reply, 0, "Hel");
  chunk(reply, 1, "lo");
  await pass(50);
  expect(stream.now).toEqual({ text: "Hello", phase: "writing" });
  server.settle("room", reply, "Hello!");
  await pass();
  const [row] = log.now.rows;
  expect(row && "message" in row && row.message).toMatchObject({
    content: "Hello!",
    status: "complete",
    run: run("run-1"),
  });
  expect(stream.now).toEqual({ text: "", phase: "waiting" });
});

test("text is painted at most every fifty milliseconds, and two replies are painted together", async () => {
  const tab = await openRoom();
  const [one, two] = [begin("r1"), begin("r2")];
  await pass(100);
  const paints: string[] = [];
  renderHook(() => paints.push(`1 ${tab.useStream(one).text}`));
  renderHook(() => paints.push(`2 ${tab.useStream(two).text}`));
  paints.length = 0;
  for (let n = 0; n < 10; n++) {
    chunk(one, n, "a");
    chunk(two, n, "b");
    await pass(10);
  }
  await pass(50);
  expect(paints).toEqual(["1 a", "2 b", "1 aaaaa", "2 bbbbb", "1 aaaaaaaaaa", "2 bbbbbbbbbb"]);
});

test("a chunk draws its own row: the log stays the same array, and other replies are not drawn", async () => {
  const tab = await openRoom();
  const [one, two] = [begin("r1"), begin("r2")];
  let logs = 0;
  let others = 0;
  const { result } = renderHook(() => {
    logs++;
    return tab.useLog("room");
  });
  renderHook(() => {
    others++;
    return tab.useStream(two);
  });
  const stream = see(() => tab.useStream(one));
  await pass(100);
  const [rows, logsBefore, othersBefore] = [result.current.rows, logs, others];
  for (let n = 0; n < 20; n++) {
    chunk(one, n, "a");
    await pass(20);
  }
  await pass(50);
  expect(stream.now.text).toHaveLength(20);
  expect(result.current.rows).toBe(rows);
  expect([logs, others]).toEqual([logsBefore, othersBefore]);
});

test("whoever comes in the middle goes on from the room's text", async () => {
  server.chat("room");
  const reply = begin();
  server.chat("room").streams = [{ message_id: reply, run_id: "run-1", content: "Once upon", next_index: 7 }];
  const tab = await openTab();
  const stream = see(() => tab.useStream(reply));
  await pass(50);
  expect(stream.now).toEqual({ text: "Once upon", phase: "writing" });
  chunk(reply, 6, "never twice");
  chunk(reply, 7, " a time");
  await pass(50);
  expect(stream.now.text).toBe("Once upon a time");
});

test("the room's text is not undone by a page that the database filled earlier", async () => {
  server.chat("room");
  const reply = begin();
  server.chat("room").streams = [{ message_id: reply, run_id: "run-1", content: "Once upon", next_index: 7 }];
  const tab = await openTab();
  const stream = see(() => tab.useStream(reply));
  const page = [{ ...server.chat("room").messages[0], content: "Once" }];
  server.answer("GET /api/chats/room/messages", () => json(page));
  see(() => tab.useLog("room"));
  await pass(100);
  chunk(reply, 7, " a time");
  await pass(50);
  expect(stream.now.text).toBe("Once upon a time");
});

test("a hole in the text has the room tell it again, and nothing is shown that was not written", async () => {
  const tab = await openRoom();
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  chunk(reply, 0, "a");
  await pass(50);
  server.chat("room").streams = [{ message_id: reply, run_id: "run-1", content: "abc", next_index: 3 }];
  chunk(reply, 2, "c");
  await pass(50);
  expect(stream.now.text).toBe("abc");
  expect(server.socket.commands.filter(({ type }) => type === "join")).toHaveLength(2);
  chunk(reply, 3, "d");
  await pass(50);
  expect(stream.now.text).toBe("abcd");
});

test("a reply that went on while the connection was away goes on where it is now", async () => {
  const tab = await openRoom();
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  chunk(reply, 0, "a");
  await pass(50);
  server.chat("room").streams = [{ message_id: reply, run_id: "run-1", content: "abc", next_index: 3 }];
  server.cut();
  await pass(2_000);
  chunk(reply, 3, "d");
  await pass(50);
  expect(stream.now.text).toBe("abcd");
});

test("a reply that ended while the connection was away is a message when it is back", async () => {
  const tab = await openRoom();
  const log = see(() => tab.useLog("room"));
  await pass(10);
  const reply = begin();
  chunk(reply, 0, "a");
  await pass(50);
  server.cut();
  server.settle("room", reply, "all of it");
  await pass(2_000);
  const [row] = log.now.rows;
  expect(row && "message" in row && row.message).toMatchObject({ content: "all of it", status: "complete" });
});

test("a retry begins the text anew in its place", async () => {
  const tab = await openRoom();
  const log = see(() => tab.useLog("room"));
  await pass(10);
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  chunk(reply, 0, "first");
  await pass(50);
  server.settle("room", reply, "first try");
  server.change("room", reply, { content: "", status: "queued", run: run("run-2") });
  await pass(50);
  expect(stream.now).toEqual({ text: "", phase: "waiting" });
  chunk(reply, 0, "second");
  await pass(50);
  expect(stream.now.text).toBe("second");
  expect(log.now.rows).toHaveLength(1);
});

test("a reply that goes on keeps its text, and the chunks of its new run come behind that", async () => {
  const tab = await openRoom();
  see(() => tab.useLog("room"));
  await pass(10);
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  chunk(reply, 0, "Hello");
  await pass(50);
  server.change("room", reply, { content: "Hello", status: "stopped" });
  const asked = server.requests.length;
  const again = { ...run("run-2"), continues: true };
  server.change("room", reply, { content: "Hello", status: "queued", run: again });
  await pass(50);
  expect(stream.now.text).toBe("Hello");
  server.change("room", reply, { status: "streaming" });
  chunk(reply, 0, ", world");
  await pass(50);
  expect(stream.now.text).toBe("Hello, world");
  expect(server.requests.slice(asked)).toEqual([]);
});

test("a retry that was missed drops the text of the run before", async () => {
  const tab = await openRoom();
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  see(() => tab.useLog("room"));
  chunk(reply, 0, "first");
  await pass(50);
  server.cut();
  server.settle("room", reply, "first try");
  server.change("room", reply, { content: "", status: "streaming", run: run("run-2") });
  server.chat("room").streams = [{ message_id: reply, run_id: "run-2", content: "sec", next_index: 1 }];
  await pass(2_000);
  chunk(reply, 1, "ond");
  await pass(50);
  expect(stream.now.text).toBe("second");
});

test("a long answer in many chunks is exactly its chunks", async () => {
  const tab = await openRoom();
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  const parts = Array.from({ length: 500 }, (_, n) => `${n} `);
  for (const [index, part] of parts.entries()) {
    chunk(reply, index, part);
    if (index % 5 === 0) await act(() => pass(20));
  }
  await pass(50);
  expect(stream.now.text).toBe(parts.join(""));
});

test("a retry that was missed and has said nothing yet shows nothing of the run before", async () => {
  const tab = await openRoom();
  const reply = begin();
  const stream = see(() => tab.useStream(reply));
  see(() => tab.useLog("room"));
  chunk(reply, 0, "first");
  await pass(50);
  server.cut();
  server.change("room", reply, { content: "", status: "queued", run: run("run-2") });
  await pass(2_000);
  expect(stream.now).toEqual({ text: "", phase: "waiting" });
  chunk(reply, 0, "second");
  await pass(50);
  expect(stream.now.text).toBe("second");
});

test("the last frame says at once which model answered in whose place, and which budget had no room", async () => {
  const tab = await openRoom();
  const log = see(() => tab.useLog("room"));
  await pass(10);
  const budget = {
    ...{ scope: "room", period: "day", unit: "tokens", limit: 100, used: 90 },
    resets_at: "2026-12-01T00:00:00.000Z",
  };
  server.tell("room", {
    ...{ type: "bot_stream", seq: 2, chat_id: "room", message_id: begin(), chunk: "", is_complete: true },
    ...{ full_response: "", status: "failed", reason: "budget", budget },
    ...{ model: "lite-2", fallback_from: "gemini/pro" },
  });
  await pass();
  const [row] = log.now.rows;
  expect(row && "message" in row && row.message.run).toMatchObject({
    ...{ reason: "budget", budget, model: "lite-2", fallback_from: "gemini/pro" },
  });
});
