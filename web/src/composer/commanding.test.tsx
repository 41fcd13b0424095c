import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ada, ben, gem, json } from "../test/server";
import { openTab, pass, type Tab } from "../test/tab";
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
async function enter() {
  tab = await openTab();
  tab.openChat("trip");
  await write();
}

/** The box, whatever is known of the chat by now. */
async function write() {
  const { Composer } = await import("./Composer");
  render(<Composer chat="trip" />);
  await pass(10);
}

const box = () => screen.getByLabelText<HTMLTextAreaElement>(/^Message /);
const type = (keys: string) => hands.type(box(), keys);
const said = () => server.chat("trip").messages.map(({ content }) => content);
const options = () =>
  screen.queryAllByRole("option").map((option) => /[@/]\w+/.exec(option.textContent ?? "")?.[0]);

describe("a command", () => {
  it("is carried out and never posted", async () => {
    const invited = server.hear("POST /api/chats/trip/invite", () => json({}, 201));
    const renamed = server.hear("PATCH /api/chats/trip", () =>
      json({ ...server.chat("trip").listed(ada.id) }),
    );
    const made = server.hear("POST /api/chats", () => json({ ...server.chat("lakes").listed(ada.id) }, 201));
    await enter();
    await type("/invite @cleo{Enter}");
    expect(invited).toEqual([{ username: "cleo" }]);
    await type("/rename Winter trip{Enter}");
    expect(renamed).toEqual([{ name: "Winter trip" }]);
    await type("/new Lakes{Enter}");
    expect(made).toEqual([{ kind: "group", name: "Lakes" }]);
    expect(navigate).toHaveBeenCalledWith({ to: "/c/$chat", params: { chat: "lakes" } });
    expect(said()).toEqual([]);
    expect(box()).toHaveValue("");
  });

  it("stays in the box, with the reason, where the server refuses it", async () => {
    server.hear("POST /api/chats/trip/invite", () =>
      json({ code: "not_found", detail: "no such user" }, 404),
    );
    await enter();
    await type("/invite nobody{Enter}");
    expect(screen.getByText(/does not exist/)).toBeVisible();
    expect(box()).toHaveValue("/invite nobody");
  });

  it("is posted as it is where it asks the bot", async () => {
    await enter();
    await type("/bot why?{Enter}");
    expect(said()).toEqual(["/bot why?"]);
  });

  it("asks the bot also before it is known who is here", async () => {
    tab = await openTab();
    await write();
    await type("/bot why?{Enter}");
    expect(said()).toEqual(["/bot why?"]);
    expect(box()).toHaveValue("");
  });

  it("that nobody knows is posted only after saying so", async () => {
    await enter();
    await type("/shrug hm{Enter}");
    expect(said()).toEqual([]);
    expect(screen.getByText(/There is no command \/shrug/)).toBeVisible();
    await type("{Enter}");
    expect(said()).toEqual(["/shrug hm"]);
  });

  it("that nobody knows and that was changed is asked about again", async () => {
    await enter();
    await type("/shrug hm{Enter}m{Enter}");
    expect(said()).toEqual([]);
    await hands.press("Send as text");
    expect(said()).toEqual(["/shrug hmm"]);
  });

  it("that is not mine to give is not carried out, and said so", async () => {
    server.chat("trip").role = "member";
    const renamed = server.hear("PATCH");
    await enter();
    await type("/rename Other{Enter}");
    expect(renamed).toEqual([]);
    expect(screen.getByText("/rename is not yours to use in this chat.")).toBeVisible();
  });
});

describe("suggestions", () => {
  it("complete a name by Enter, and only then does Enter send", async () => {
    await enter();
    await type("hi @b");
    expect(options()).toEqual(["@ben"]);
    expect(box()).toHaveAttribute("aria-controls", screen.getByRole("listbox").id);
    await type("{Enter}");
    expect(box()).toHaveValue("hi @ben ");
    expect(options()).toEqual([]);
    await type("{Enter}");
    expect(said()).toEqual(["hi @ben"]);
  });

  it("are walked by arrows, and the box points at the one", async () => {
    await enter();
    await type("@");
    expect(options()).toEqual(["@gem", "@ben"]);
    expect(box()).not.toHaveAttribute("aria-activedescendant");
    await type("{ArrowDown}");
    const second = screen.getByRole("option", { selected: true });
    expect(second).toHaveTextContent("@ben");
    expect(box()).toHaveAttribute("aria-activedescendant", second.id);
    await hands.user.keyboard("{ArrowDown}{Tab}");
    expect(box()).toHaveValue("@gem ");
    expect(box()).toHaveFocus();
  });

  it("close by Escape until another begins, and leave the reply alone", async () => {
    const question = server.post("trip", ben, "when?");
    await enter();
    act(() => tab.setDraft("trip", { text: "", replyTo: question.id }));
    await type("@{Escape}");
    expect(options()).toEqual([]);
    expect(screen.getByText("Replying to Ben")).toBeVisible();
    await type("b");
    expect(options()).toEqual([]);
    await type(" @b");
    expect(options()).toEqual(["@ben"]);
  });

  it("take a click, and a command without more words is carried out at once", async () => {
    server.chat("trip").role = "member";
    await enter();
    await type("/");
    const list = screen.getByRole("listbox", { name: "Commands" });
    expect(within(list).queryByText("/rename")).toBeNull();
    await hands.user.click(within(list).getByText("/help"));
    await vi.waitFor(() => screen.getByRole("dialog", { name: "What you can type" }));
    expect(box()).toHaveValue("");
    await hands.user.keyboard("{Escape}");

    await type("/");
    await hands.user.click(screen.getByText("/invite"));
    expect(box()).toHaveValue("/invite ");
    expect(box()).toHaveFocus();
  });

  it("let an input method have its keys", async () => {
    await enter();
    await type("@");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    expect(box()).toHaveValue("@");
  });
});

describe("stopping the bot", () => {
  const answering = (...askers: (typeof ada)[]) => {
    const running = askers.map(({ id }, at) => ({ message_id: `r${at}`, asked_by: id, position: at + 1 }));
    server.chat("trip").queue = { running, waiting: [] };
  };
  const stops = () => server.socket.commands.filter(({ type }) => type === "stop");

  it("is offered to whoever asked, in the place of Send until there is something to send", async () => {
    server.chat("trip").role = "member";
    answering(ben, ada);
    await enter();
    await hands.press("Stop the answer");
    expect(stops()).toMatchObject([{ chat_id: "trip", message_id: "r1" }]);
    expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
    await type("meanwhile");
    expect(screen.queryByRole("button", { name: /^Stop/ })).toBeNull();
    await hands.press("Send");
    expect(server.chat("trip").messages.map(({ content }) => content)).toEqual(["meanwhile"]);
  });

  it("is not offered to those without the right", async () => {
    server.chat("trip").role = "member";
    answering(ben);
    await enter();
    expect(screen.queryByRole("button", { name: /^Stop/ })).toBeNull();
  });

  it("is offered to an admin for anybody's", async () => {
    server.chat("trip").role = "admin";
    answering(ben);
    await enter();
    await hands.press(/answer to Ben$/);
    expect(stops()).toMatchObject([{ message_id: "r0" }]);
  });

  it("ends with the answer", async () => {
    answering(ada);
    await enter();
    expect(screen.getByRole("button", { name: /^Stop/ })).toBeVisible();
    act(() => server.tell("trip", { type: "bot_queue", chat_id: "trip", running: [], waiting: [] }));
    expect(screen.queryByRole("button", { name: /^Stop/ })).toBeNull();
  });
});

it("offers the bot where it takes part, and says where it does not", async () => {
  await enter();
  act(() =>
    server.tell("trip", {
      type: "participant_removed",
      seq: ++server.chat("trip").head,
      chat_id: "trip",
      user: gem,
      by: { id: ada.id, username: "ada", display_name: "Ada" },
      message: {},
    }),
  );
  await type("/b");
  expect(options()).toEqual([]);
  await type("ot why?{Enter}");
  expect(said()).toEqual([]);
  expect(screen.getByText(/The bot is not in this chat/)).toBeVisible();
});
