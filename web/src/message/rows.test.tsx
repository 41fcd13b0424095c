import { render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { type Hands, menuItems, takeHands } from "../test/hands";
import { ada, ben, gem, json, Server } from "../test/server";
import { openTab, pass, see, type Tab } from "../test/tab";
import type { Standing } from "./actions";

let server: Server;
let tab: Tab;
let hands: Hands;
const show = vi.fn();
const askDelete = vi.fn();

beforeAll(async () => {
  await import("./MessageRow");
}, 60_000);

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
  server.chat("trip");
  hands = takeHands();
  show.mockClear();
  askDelete.mockClear();
});
afterEach(removeEdge);

/** Somebody's tab, in which all rows of the chat are drawn. */
async function look(role: Standing["role"] = "member") {
  tab = await openTab();
  tab.openChat("trip");
  const log = see(() => tab.useLog("trip"));
  await pass(10);
  const [{ MessageRow }, { RoomContext }] = await Promise.all([import("./MessageRow"), import("./room")]);
  const mentions = { names: new Set(["ada", "ben", "gem"]), me: "ada" };
  const room = { chat: "trip", mentions, me: ada.id, role, kind: "private" as const, show, askDelete };
  function Rows() {
    return tab.useLog("trip").rows.map((row) => {
      const rest = { id: row.key, grouped: false, flash: false, receipts: false };
      return "message" in row ? (
        <MessageRow key={row.key} message={row.message} {...rest} />
      ) : (
        <MessageRow key={row.key} pending={row.pending} {...rest} />
      );
    });
  }
  render(
    <RoomContext value={room}>
      <Rows />
    </RoomContext>,
  );
  await pass(10);
  return log;
}

const row = (text: string) => {
  const found = screen.getAllByRole("article").find((one) => one.textContent?.includes(text));
  if (!found) throw new Error(`no row says ${text}`);
  return found;
};

async function keys(text: string, pressed: string) {
  row(text).focus();
  await pass();
  await hands.user.keyboard(pressed);
  await pass(50);
}

it("a post keeps its place in the page when the server has taken it", async () => {
  await look();
  server.isMute = true;
  server.cut();
  tab.post("trip", "hello");
  await pass(0);
  const text = screen.getByText("hello");
  expect(row("hello").querySelector("time")).toBeNull();
  server.isMute = false;
  await pass(20_000);
  expect(server.chat("trip").messages.map(({ content }) => content)).toEqual(["hello"]);
  expect(screen.getByText("hello")).toBe(text);
  expect(row("hello").querySelector("time")).not.toBeNull();
});

it("a post that was refused says why, and can be sent again or discarded", async () => {
  await look();
  tab.post("trip", "refuse me");
  await pass(50);
  const failed = row("refuse me");
  expect(within(failed).getByRole("button", { name: "Send again" })).toBeVisible();
  await hands.press("Discard");
  expect(screen.queryByRole("article")).toBeNull();
});

it("R replies and E edits, and what stood in the box is kept for after the edit", async () => {
  server.post("trip", ada, "mine");
  const theirs = server.post("trip", ben, "theirs");
  await look();
  tab.setDraft("trip", { text: "half a thought" });
  await keys("theirs", "r");
  expect(tab.draftOf("trip")).toEqual({ text: "half a thought", replyTo: theirs.id });
  await keys("mine", "e");
  expect(tab.draftOf("trip")).toMatchObject({ text: "mine", kept: { text: "half a thought" } });
});

it("a key does only what one may do", async () => {
  server.post("trip", ben, "theirs");
  await look();
  await keys("theirs", "e{Delete}");
  expect(tab.draftOf("trip")).toEqual({ text: "" });
  expect(askDelete).not.toHaveBeenCalled();
});

it("Del asks before it deletes, one's own and for an owner anybody's", async () => {
  server.post("trip", ben, "theirs");
  await look("owner");
  await keys("theirs", "{Delete}");
  expect(askDelete).toHaveBeenCalledWith(expect.objectContaining({ content: "theirs" }));
  expect(server.requests.filter((line) => line.startsWith("DELETE"))).toEqual([]);
});

it("the keys of a row are for the row, not for what stands in it", async () => {
  server.post("trip", ben, "```\ncode\n```");
  await look();
  screen.getByRole("button", { name: "Copy" }).focus();
  await hands.user.keyboard("r");
  expect(tab.draftOf("trip")).toEqual({ text: "" });
});

it("Enter opens the menu of what one may do, and the focus comes back to the row", async () => {
  server.post("trip", ben, "theirs");
  await look();
  await keys("theirs", "{Enter}");
  const items = await menuItems();
  expect(items.map((item) => item?.replace(/[RC]$/, ""))).toEqual(["Reply", "Copy text", "Copy link"]);
  await hands.user.keyboard("{Escape}");
  await vi.waitFor(() => expect(row("theirs")).toHaveFocus());
});

it("a reply says for whom it is, and leads to the question", async () => {
  const question = server.post("trip", ben, "/bot why?");
  const run = { id: "run", asked_by: ben.id, question_id: question.id };
  server.post("trip", gem, "because", { run });
  await look();
  await hands.press("for Ben");
  expect(show).toHaveBeenCalledWith(question.seq);
});

it("a reply that waits says its number in the queue, as it changes", async () => {
  const run = { id: "run", asked_by: ada.id, question_id: "q" };
  const reply = server.post("trip", gem, "", { run, status: "queued" });
  const waiting = (position: number) => ({
    running: [],
    waiting: [{ message_id: reply.id, asked_by: ada.id, position }],
  });
  server.chat("trip").queue = waiting(2);
  await look();
  expect(row("Waiting, number 2 in the queue")).toBeVisible();
  server.tell("trip", { type: "bot_queue", chat_id: "trip", ...waiting(1) });
  await pass(10);
  expect(row("Waiting, number 1 in the queue")).toBeVisible();
});

it("what is being written is busy until it is whole, and its words stay the same elements", async () => {
  const run = { id: "run", asked_by: ada.id, question_id: "q" };
  const reply = server.post("trip", gem, "", { run, status: "streaming" });
  await look();
  expect(row("Thinking…").querySelector("[aria-busy=true]")).not.toBeNull();
  const chunk = "The first paragraph.\n\nThe sec";
  server.tell("trip", {
    type: "bot_stream",
    chat_id: "trip",
    message_id: reply.id,
    index: 0,
    chunk,
    is_complete: false,
  });
  await pass(200);
  const first = screen.getByText("The first paragraph.");
  server.settle("trip", reply.id, "The first paragraph.\n\nThe second.");
  await pass(50);
  expect(screen.getByText("The second.")).toBeVisible();
  expect(screen.getByText("The first paragraph.")).toBe(first);
  expect(row("The second.").querySelector("[aria-busy=true]")).toBeNull();
});

it("a reply that failed before its first word says why once, and is retried in place", async () => {
  const detail = "The provider took too long.";
  const run = { id: "run", asked_by: ada.id, question_id: "q", reason: "timeout" as const, detail };
  const reply = server.post("trip", gem, detail, { run, status: "failed" });
  const retried = server.hear(`POST /api/chats/trip/messages/${reply.id}/retry`, () =>
    json({ ...reply, content: "", status: "queued", updated_seq: reply.updated_seq + 1 }),
  );
  await look();
  expect(row("The model took too long.")).not.toHaveTextContent(detail);
  await hands.press("Try again");
  expect(retried).toHaveLength(1);
  expect(screen.getAllByRole("article")).toHaveLength(1);
  expect(row("Waiting…")).toBeVisible();
});

it("of a deleted message only the mark is left", async () => {
  server.post("trip", ada, "", {
    deleted_at: "2026-11-21T10:00:00.000Z",
    edited_at: "2026-11-21T09:00:00.000Z",
  });
  await look("owner");
  await keys("This message was deleted.", "{Enter}r{Delete}");
  expect(screen.queryByRole("toolbar")).toBeNull();
  expect(row("This message was deleted.")).not.toHaveTextContent("edited");
  expect(askDelete).not.toHaveBeenCalled();
});

it("the names of those who are in the room stand out in what is said", async () => {
  server.post("trip", ben, "@ada and @gem, or @nobody");
  await look();
  const marked = [...row("@nobody").querySelectorAll(".mention")].map((name) => name.textContent);
  expect(marked).toEqual(["@ada", "@gem"]);
});

it("what a reply took is told in its menu, too, for whoever cannot hover", async () => {
  const usage = { prompt_tokens: 1200, reply_tokens: 34, total_tokens: 1234, cost_microusd: 1230 };
  const run = { id: "r", asked_by: ada.id, question_id: "q", model: "gemini-x", usage };
  server.post("trip", gem, "as you wish", { run });
  await look();
  expect(row("as you wish")).toHaveTextContent("gemini-x · 1,234 tokens · $0.00123");
  await keys("as you wish", "{Enter}");
  await menuItems();
  expect(screen.getByRole("menu")).toHaveAccessibleDescription(
    "Asked by: Ada. Model: gemini-x. Prompt: 1,200. Reply: 34. Tokens in all: 1,234. Price: $0.00123.",
  );
});
