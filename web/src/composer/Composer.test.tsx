import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { touch } from "../test/hands";
import { ada, ben, json } from "../test/server";
import { openTab, pass, see, type Tab } from "../test/tab";
import { hands, server } from "../test/trip";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

let tab: Tab;

// Compiling takes its time, which is not the first test's.
beforeAll(async () => {
  await Promise.all([import("./Composer"), import("./HelpDialog")]);
}, 60_000);

beforeEach(() => {
  navigate.mockClear();
});

/** A tab in which the chat is in front. */
async function enter(chat = "trip") {
  tab = await openTab();
  tab.openChat(chat);
  see(() => tab.useLog(chat));
  const { Composer } = await import("./Composer");
  const { rerender } = render(<Composer chat={chat} />);
  await pass(10);
  return (other: string) => rerender(<Composer chat={other} />);
}

const box = () => screen.getByLabelText<HTMLTextAreaElement>(/^Message /);
const type = (keys: string) => hands.type(box(), keys);
const said = (chat = "trip") =>
  server.chat(chat).messages.map(({ content, reply_to }) => (reply_to ? [content, reply_to] : content));
const fill = (value: string) => fireEvent.change(box(), { target: { value } });
const LIMIT = 32_768;

describe("sending", () => {
  it("sends on Enter and breaks the line on Shift+Enter", async () => {
    await enter();
    await type("one{Shift>}{Enter}{/Shift}two{Enter}");
    expect(said()).toEqual(["one\ntwo"]);
    expect(box()).toHaveValue("");
    expect(box()).toHaveFocus();
  });

  it("breaks the line on Enter on a touch screen, and sends by the button", async () => {
    touch();
    await enter();
    await type("one{Enter}two");
    expect(said()).toEqual([]);
    await hands.press("Send");
    expect(said()).toEqual(["one\ntwo"]);
  });

  it("breaks the line on Enter where one has set it so", async () => {
    await enter();
    act(() => tab.setSetting("enter", "newline"));
    await type("one{Enter}two{Control>}{Enter}{/Control}");
    expect(said()).toEqual(["one\ntwo"]);
  });

  it("does not send while an input method composes", async () => {
    await enter();
    fill("にほん");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 229 });
    await pass(10);
    expect(said()).toEqual([]);
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 13 });
    await pass(10);
    expect(said()).toEqual(["にほん"]);
  });

  it("shows the limit before it is hit, and sends nothing beyond it", async () => {
    await enter();
    fill("x".repeat(LIMIT - 50));
    expect(screen.getByText("About 50 more characters fit.")).toBeVisible();
    fill("ä".repeat(LIMIT / 2 + 10));
    expect(screen.getByText(/Too long by about 10 characters/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
    fireEvent.keyDown(box(), { key: "Enter" });
    await pass(10);
    expect(said()).toEqual([]);
  });

  it("tells the others that one writes, but not of commands", async () => {
    await enter();
    const told = () => server.socket.commands.filter(({ type }) => type === "typing").length;
    await type("/leave");
    expect(told()).toBe(0);
    await hands.user.clear(box());
    await type("h");
    expect(told()).toBe(1);
  });
});

describe("a draft", () => {
  it("belongs to its chat, and is sent to no other", async () => {
    server.chat("work");
    const turnTo = await enter();
    await type("for the trip");
    turnTo("work");
    expect(box()).toHaveValue("");
    await type("for work{Enter}");
    turnTo("trip");
    expect(box()).toHaveValue("for the trip");
    await type("{Enter}");
    expect([said("work"), said("trip")]).toEqual([["for work"], ["for the trip"]]);
  });

  it("is there after a reload, with the message that it answers", async () => {
    const question = server.post("trip", ben, "when?");
    await enter();
    act(() => tab.setDraft("trip", { text: "", replyTo: question.id }));
    await type("at nine");
    fireEvent(window, new Event("pagehide"));
    cleanup();
    await enter();
    expect(box()).toHaveValue("at nine");
    expect(screen.getByText("Replying to Ben")).toBeVisible();
    await type("{Enter}");
    expect(said()).toEqual(["when?", ["at nine", question.id]]);
  });

  it("takes the focus again when the reply that was begun is begun anew", async () => {
    const question = server.post("trip", ben, "who comes?");
    await enter();
    const { beginReply } = await import("../state/contexts");
    act(() => beginReply("trip", question.id));
    act(() => box().blur());
    act(() => beginReply("trip", question.id));
    expect(box()).toHaveFocus();
  });

  it("keeps its text when Escape takes the reply back", async () => {
    const question = server.post("trip", ben, "when?");
    await enter();
    act(() => tab.setDraft("trip", { text: "well", replyTo: question.id }));
    await type("{Escape}");
    expect(screen.queryByText("Replying to Ben")).toBeNull();
    await type("{Enter}");
    expect(said()).toEqual(["when?", "well"]);
  });
});

describe("an edit", () => {
  const mine = "my last words";

  it("of my last message begins by ArrowUp in an empty box", async () => {
    const message = server.post("trip", ada, mine);
    server.post("trip", ben, "not mine");
    const edits = server.hear("PATCH /api/chats/trip/messages/", () =>
      json({ ...message, content: `${mine}!` }),
    );
    await enter();
    await type("{ArrowUp}");
    expect(box()).toHaveValue(mine);
    await type("!{Enter}");
    expect(edits).toEqual([{ content: `${mine}!` }]);
    expect(said()).toEqual([mine, "not mine"]);
    expect(box()).toHaveValue("");
  });

  it("is not sent where nothing was changed", async () => {
    server.post("trip", ada, mine);
    const edits = server.hear("PATCH");
    await enter();
    await type("{ArrowUp}{Enter}");
    expect([edits, box().value]).toEqual([[], ""]);
  });

  it("gives back what was being written before it", async () => {
    server.post("trip", ada, mine);
    await enter();
    act(() => tab.setDraft("trip", { text: mine, editing: "m-trip-1", kept: { text: "half a thought" } }));
    await type("{Escape}");
    expect(box()).toHaveValue("half a thought");
  });

  it("stays, with the reason, where the server refuses it", async () => {
    server.post("trip", ada, mine);
    server.hear("PATCH", () => json({ code: "unavailable", detail: "", status: 503 }, 503));
    await enter();
    await type("{ArrowUp}!{Enter}");
    expect(screen.getByText(/The server cannot write right now/)).toBeVisible();
    expect(box()).toHaveValue(`${mine}!`);
  });

  it("takes no command for one", async () => {
    server.post("trip", ada, mine);
    const edits = server.hear("PATCH", () => json(server.chat("trip").messages[0]));
    await enter();
    await type("{ArrowUp}");
    fill("/mute now");
    await type("{Enter}");
    expect(edits).toEqual([{ content: "/mute now" }]);
  });
});
