import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "zustand";
import type { ChatId, Member, Message, QueueEntry } from "../gen/api";
import type { ChatEntry } from "../state/chats";
import type { Draft } from "../state/drafts";
import { Composer } from "./Composer";

const post = vi.fn();
const edit = vi.fn(async () => {});
const stop = vi.fn(async () => {});
const inviteByName = vi.fn(async (_chat: string, username: string) => ({ display_name: username }));
const renameChat = vi.fn(async () => {});
const createChat = vi.fn(async () => "new");
const navigate = vi.fn();
const openDialog = vi.fn();
const sendTyping = vi.fn();

const world = create<{
  chats: Record<ChatId, Partial<ChatEntry>>;
  drafts: Record<ChatId, Draft>;
  running: QueueEntry[];
  enter: "send" | "newline";
  touch: boolean;
}>(() => ({ chats: {}, drafts: {}, running: [], enter: "send", touch: false }));

const person = (username: string, is_bot = false): Member => ({
  user_id: username,
  kind: is_bot ? "agent" : "person",
  username,
  display_name: username[0]?.toUpperCase() + username.slice(1),
  is_bot,
  role: "member",
  joined_at: "2026-01-01T00:00:00.000Z",
});
const last = { id: "m9", content: "my last words", user_id: "ada", username: "ada" } as Message;

vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));
vi.mock("../room/dialogs", () => ({
  openDialog: (...args: unknown[]) => openDialog(...args),
  showMembers: vi.fn(),
}));
vi.mock("../queries", () => ({
  inviteByName: (...args: Parameters<typeof inviteByName>) => inviteByName(...args),
}));
vi.mock("../state/chats", () => ({
  useChat: (id: ChatId) => world((state) => state.chats[id]),
  renameChat: (...args: []) => renameChat(...args),
  createChat: (...args: []) => createChat(...args),
  setNotify: vi.fn(),
}));
vi.mock("../state/drafts", () => ({
  useDraft: (id: ChatId) => [
    world((state) => state.drafts[id]) ?? { text: "" },
    (draft: Draft) => world.setState(({ drafts }) => ({ drafts: { ...drafts, [id]: draft } })),
  ],
}));
vi.mock("../state/log", () => ({
  post: (...args: unknown[]) => post(...args),
  edit: (...args: []) => edit(...args),
  stop: (...args: []) => stop(...args),
  message: () => last,
  lastOwn: () => last,
  useQuoted: () => ({ kind: "found", message: last }),
}));
vi.mock("../state/people", () => ({
  usePeople: () => ({
    members: [person("ada"), person("ben"), person("gem", true)],
    online: new Set(["ben"]),
  }),
  useMember: (_: ChatId, id: string) => person(id),
  useQueue: () => ({ running: world((state) => state.running), waiting: [] }),
  sendTyping: () => sendTyping(),
}));
vi.mock("../state/session", () => ({
  useMe: () => ({ id: "ada" }),
  useLimits: () => ({ message_bytes: 100 }),
}));
vi.mock("../state/settings", () => ({ useSettings: () => ({ enter: world((state) => state.enter) }) }));

const user = userEvent.setup();

beforeEach(() => {
  vi.clearAllMocks();
  Element.prototype.scrollIntoView = () => {};
  window.matchMedia = ((query: string) => ({ matches: world.getState().touch, media: query })) as never;
  const chat = { kind: "group", my_role: "member" } as const;
  world.setState({
    chats: { a: { id: "a", title: "Trip", ...chat }, b: { id: "b", title: "Work", ...chat } },
    drafts: {},
    running: [],
    enter: "send",
    touch: false,
  });
});

const box = () => screen.getByLabelText<HTMLTextAreaElement>(/^Message /);
const options = () =>
  screen.queryAllByRole("option").map((option) => /[@/]\w+/.exec(option.textContent ?? "")?.[0]);

describe("sending", () => {
  it("sends on Enter and breaks the line on Shift+Enter", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "one{Shift>}{Enter}{/Shift}two{Enter}");
    expect(post.mock.calls).toEqual([["a", "one\ntwo", undefined]]);
    expect(box()).toHaveValue("");
    expect(box()).toHaveFocus();
  });

  it("breaks the line on Enter on a touch screen, and sends by the button", async () => {
    world.setState({ touch: true });
    render(<Composer chat="a" />);
    await user.type(box(), "one{Enter}two");
    expect(post).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(post.mock.calls).toEqual([["a", "one\ntwo", undefined]]);
  });

  it("does not send while an input method composes", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "にほん");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 229 });
    expect(post).not.toHaveBeenCalled();
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 13 });
    expect(post).toHaveBeenCalledOnce();
  });

  it("sends to the chat that the text was written in, and keeps each chat's own", async () => {
    const { rerender } = render(<Composer chat="a" />);
    await user.type(box(), "for a");
    rerender(<Composer chat="b" />);
    expect(box()).toHaveValue("");
    await user.type(box(), "for b{Enter}");
    rerender(<Composer chat="a" />);
    expect(box()).toHaveValue("for a");
    await user.type(box(), "{Enter}");
    expect(post.mock.calls).toEqual([
      ["b", "for b", undefined],
      ["a", "for a", undefined],
    ]);
  });

  it("shows the limit before it is hit, and sends nothing beyond it", async () => {
    render(<Composer chat="a" />);
    fireEvent.change(box(), { target: { value: "x".repeat(95) } });
    expect(screen.getByText("About 5 more characters fit.")).toBeVisible();
    fireEvent.change(box(), { target: { value: "ä".repeat(60) } });
    expect(screen.getByText(/Too long by about 10 characters/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
    await user.type(box(), "{Enter}");
    expect(post).not.toHaveBeenCalled();
  });

  it("tells the others that one writes, but not of commands", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/leave");
    expect(sendTyping).not.toHaveBeenCalled();
    await user.clear(box());
    await user.type(box(), "h");
    expect(sendTyping).toHaveBeenCalled();
  });
});

describe("reply and edit", () => {
  it("posts a reply to its message, and Escape takes the reply back without the text", async () => {
    world.setState({ drafts: { a: { text: "", replyTo: "m1" } } });
    render(<Composer chat="a" />);
    expect(screen.getByText("Replying to Ada")).toBeVisible();
    await user.type(box(), "yes{Enter}");
    expect(post.mock.calls).toEqual([["a", "yes", "m1"]]);

    world.setState({ drafts: { a: { text: "well", replyTo: "m1" } } });
    await user.type(box(), "{Escape}");
    expect(world.getState().drafts["a"]).toEqual({ text: "well" });
  });

  it("edits my last message by ArrowUp in an empty box", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "{ArrowUp}");
    expect(box()).toHaveValue("my last words");
    await user.type(box(), "!{Enter}");
    expect(edit.mock.calls).toEqual([["a", "m9", "my last words!"]]);
    expect(post).not.toHaveBeenCalled();
    expect(box()).toHaveValue("");
  });

  it("keeps what was being written while an edit comes and goes", async () => {
    world.setState({
      drafts: { a: { text: "m", editing: "m9", kept: { text: "half a thought", replyTo: "m1" } } },
    });
    render(<Composer chat="a" />);
    await user.type(box(), "{Escape}");
    expect(world.getState().drafts["a"]).toEqual({ text: "half a thought", replyTo: "m1" });
  });

  it("keeps the text of an edit that the server refuses, and says why", async () => {
    edit.mockRejectedValueOnce(new Error("x"));
    render(<Composer chat="a" />);
    await user.type(box(), "{ArrowUp}!{Enter}");
    expect(await screen.findByText("Something went wrong on the server.")).toBeVisible();
    expect(box()).toHaveValue("my last words!");
  });

  it("does not take a command in an edit for one", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "{ArrowUp}");
    fireEvent.change(box(), { target: { value: "/leave now" } });
    await user.type(box(), "{Enter}");
    expect(openDialog).not.toHaveBeenCalled();
    expect(edit).toHaveBeenCalledWith("a", "m9", "/leave now");
  });
});

describe("commands", () => {
  it("carries a command out and posts nothing", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/invite @ben{Enter}");
    expect(inviteByName.mock.calls).toEqual([["a", "ben"]]);
    await user.type(box(), "/leave now{Enter}");
    expect(openDialog.mock.calls).toEqual([["a", "leave"]]);
    await user.type(box(), "/new Summer trip{Enter}");
    expect(createChat).toHaveBeenCalledWith({ kind: "group", name: "Summer trip" });
    expect(navigate).toHaveBeenCalledWith({ to: "/c/$chat", params: { chat: "new" } });
    expect(post).not.toHaveBeenCalled();
    expect(box()).toHaveValue("");
  });

  it("posts a question to the bot as it is", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/bot why?{Enter}");
    expect(post.mock.calls).toEqual([["a", "/bot why?", undefined]]);
  });

  it("posts an unknown word only after saying so", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/shrug hm{Enter}");
    expect(post).not.toHaveBeenCalled();
    expect(screen.getByText(/There is no command \/shrug/)).toBeVisible();
    await user.type(box(), "{Enter}");
    expect(post.mock.calls).toEqual([["a", "/shrug hm", undefined]]);
  });

  it("says so again when the unknown word has changed", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/shrug hm{Enter}m{Enter}");
    expect(post).not.toHaveBeenCalled();
  });

  it("does not carry out what is not mine to do, and says so", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/rename Other{Enter}");
    expect(renameChat).not.toHaveBeenCalled();
    expect(screen.getByText("/rename is not yours to use in this chat.")).toBeVisible();
    expect(box()).toHaveValue("/rename Other");
  });
});

describe("suggestions", () => {
  it("complete a name by Enter, and only then does Enter send", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "hi @b");
    expect(options()).toEqual(["@ben"]);
    expect(box()).toHaveAttribute("aria-expanded", "true");
    await user.keyboard("{Enter}");
    expect(box()).toHaveValue("hi @ben ");
    expect(options()).toEqual([]);
    await user.keyboard("{Enter}");
    expect(post.mock.calls).toEqual([["a", "hi @ben", undefined]]);
  });

  it("are walked by arrows, and the box points at the one", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "@");
    expect(box()).not.toHaveAttribute("aria-activedescendant");
    await user.keyboard("{ArrowDown}");
    const second = screen.getByRole("option", { selected: true });
    expect(second).toHaveTextContent("@ben");
    expect(box()).toHaveAttribute("aria-activedescendant", second.id);
    await user.keyboard("{ArrowDown}{Tab}");
    expect(box()).toHaveValue("@gem ");
    expect(box()).toHaveFocus();
  });

  it("close by Escape until another begins, and leave the reply alone", async () => {
    world.setState({ drafts: { a: { text: "", replyTo: "m1" } } });
    render(<Composer chat="a" />);
    await user.type(box(), "@{Escape}");
    expect(options()).toEqual([]);
    expect(world.getState().drafts["a"]?.replyTo).toBe("m1");
    await user.keyboard("b");
    expect(options()).toEqual([]);
    await user.keyboard(" @b");
    expect(options()).toEqual(["@ben"]);
  });

  it("take a click, and a command without more words is carried out at once", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "/");
    const list = screen.getByRole("listbox", { name: "Commands" });
    expect(within(list).queryByText("/rename")).toBeNull();
    await user.click(within(list).getByText("/help"));
    expect(await screen.findByRole("dialog", { name: "What you can type" })).toBeVisible();
    expect(box()).toHaveValue("");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();

    await user.type(box(), "/");
    await user.click(screen.getByText("/invite"));
    expect(box()).toHaveValue("/invite ");
    expect(box()).toHaveFocus();
  });

  it("let an input method have its keys", async () => {
    render(<Composer chat="a" />);
    await user.type(box(), "@");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    expect(box()).toHaveValue("@");
  });
});

describe("stopping the bot", () => {
  const reply = (message_id: string, asked_by: string): QueueEntry => ({
    message_id,
    run_id: `run of ${message_id}`,
    asked_by,
    position: 1,
  });
  const stopButton = () => screen.queryByRole("button", { name: /^Stop/ });

  it("is offered beside Send to whoever asked, and to nobody without the right", async () => {
    world.setState({ running: [reply("r1", "ben")] });
    render(<Composer chat="a" />);
    expect(stopButton()).toBeNull();

    fireEvent.focus(box());
    world.setState({ running: [reply("r1", "ben"), reply("r2", "ada")] });
    await user.click(await screen.findByRole("button", { name: "Stop Gemini’s answer" }));
    expect(stop.mock.calls).toEqual([["a", "r2"]]);
    expect(screen.getByRole("button", { name: "Send" })).toBeInTheDocument();
  });

  it("is offered to an admin for anybody's", async () => {
    world.setState(({ chats }) => ({
      running: [reply("r1", "ben")],
      chats: { ...chats, a: { ...chats["a"], my_role: "admin" } },
    }));
    render(<Composer chat="a" />);
    await user.click(screen.getByRole("button", { name: "Stop Gemini’s answer to Ben" }));
    expect(stop.mock.calls).toEqual([["a", "r1"]]);
  });
});
