import { act, render, screen, within } from "@testing-library/react";
import type { ComponentProps } from "react";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { appear, menuItems, widen } from "../test/hands";
import { ada, ben, type gem, json } from "../test/server";
import { openTab, pass, type Tab } from "../test/tab";
import { hands, server } from "../test/trip";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({
  useNavigate: () => navigate,
  Link: ({ to, ...rest }: ComponentProps<"a"> & { to: string }) => <a href={to} {...rest} />,
}));

let tab: Tab;

// Compiling takes its time, which is not the first test's.
beforeAll(async () => {
  await Promise.all([
    import("./RoomHeader"),
    import("./RenameDialog"),
    import("./LeaveDialog"),
    import("./DeleteDialog"),
  ]);
}, 60_000);

beforeEach(() => {
  widen();
  navigate.mockClear();
});

/** A tab in which the room is in front. */
async function enter() {
  tab = await openTab();
  tab.openChat("trip");
  const { RoomHeader } = await import("./RoomHeader");
  render(<RoomHeader chat="trip" />);
  await pass(10);
}

describe("the head of a room", () => {
  it("says how many are in it and here, and who writes", async () => {
    await enter();
    expect(screen.getByRole("heading", { level: 1, name: "trip" })).toBeVisible();
    expect(screen.getByText("2 people · 1 here")).toBeVisible();
    act(() =>
      server.tell("trip", {
        type: "typing",
        chat_id: "trip",
        user_id: ben.id,
        username: "ben",
        display_name: "Ben",
      }),
    );
    expect(screen.getByText("Ben is typing…")).toBeVisible();
    await pass(6000);
    expect(screen.queryByText("Ben is typing…")).toBeNull();
  });

  it("sets what one hears of the chat", async () => {
    const set = server.hear("PATCH /api/chats/trip/me", () =>
      json({ ...server.chat("trip").listed(ada.id) }),
    );
    await enter();
    await hands.press("Notifications: Every message");
    await hands.press("Only mentions and my answers", "menuitemradio");
    expect(set).toEqual([{ notify: "mentions" }]);
  });

  it.each([
    ["owner", ["Rename…", "AI settings…", "Usage", "Leave…", "Delete chat…"]],
    ["admin", ["Rename…", "AI settings…", "Usage", "Leave…"]],
    ["member", ["AI settings…", "Usage", "Leave…"]],
  ] as const)("offers to an %s what they may do", async (role, items) => {
    server.chat("trip").role = role;
    await enter();
    await hands.press("More for this chat");
    expect(await menuItems()).toEqual(items);
  });

  it("renames the chat", async () => {
    const renamed = server.hear("PATCH /api/chats/trip", () => json(server.chat("trip").listed(ada.id)));
    await enter();
    await hands.press("More for this chat");
    await hands.press("Rename…", "menuitem");
    await appear("dialog", "Rename this chat");
    const name = screen.getByRole("textbox", { name: "Name" });
    await hands.user.clear(name);
    await hands.type(name, "Winter{Enter}");
    await pass(10);
    expect(renamed).toEqual([{ name: "Winter" }]);
  });

  it("deletes the chat only after it was said for whom", async () => {
    const deleted = server.hear("DELETE /api/chats/trip");
    await enter();
    await hands.press("More for this chat");
    await hands.press("Delete chat…", "menuitem");
    const dialog = await appear("alertdialog", "Delete “trip”?");
    expect(dialog).toHaveTextContent("for all 2 people in it");
    expect(deleted).toEqual([]);
    await hands.press("Delete for everybody");
    expect(deleted).toEqual([{}]);
    expect(navigate).toHaveBeenCalledWith({ to: "/" });
  });
});

describe("leaving", () => {
  it("has an owner choose the next", async () => {
    const left = server.hear("POST /api/chats/trip/leave");
    await enter();
    await hands.press("More for this chat");
    await hands.press("Leave…", "menuitem");
    await appear("alertdialog", "Leave “trip”?");
    expect(screen.getByRole("combobox", { name: "Who owns the chat after you" })).toHaveTextContent("Ben");
    await hands.press("Leave");
    expect(left).toEqual([{ new_owner_id: ben.id }]);
    expect(navigate).toHaveBeenCalledWith({ to: "/" });
  });

  it("asks nothing of anybody else", async () => {
    server.chat("trip").role = "member";
    const left = server.hear("POST /api/chats/trip/leave");
    await enter();
    await hands.press("More for this chat");
    await hands.press("Leave…", "menuitem");
    const dialog = await appear("alertdialog", "Leave “trip”?");
    expect(within(dialog).queryByRole("combobox")).toBeNull();
    await hands.press("Leave");
    expect(left).toEqual([{}]);
  });

  it("tells the last one that it deletes the chat", async () => {
    await enter();
    act(() => removed(ben));
    await hands.press("More for this chat");
    await hands.press("Leave…", "menuitem");
    const dialog = await appear("alertdialog", "Leave “trip”?");
    expect(dialog).toHaveTextContent("the chat and all its messages are deleted for good");
    expect(within(dialog).getByRole("button", { name: "Leave and delete" })).toBeVisible();
  });

  it("stays, with the reason, where the server refuses it", async () => {
    server.hear("POST /api/chats/trip/leave", () =>
      json({ code: "unavailable", detail: "", status: 503 }, 503),
    );
    await enter();
    await hands.press("More for this chat");
    await hands.press("Leave…", "menuitem");
    await appear("alertdialog", "Leave “trip”?");
    await hands.press("Leave");
    expect(screen.getByRole("alert")).toHaveTextContent("The server cannot write right now");
    expect(navigate).not.toHaveBeenCalled();
  });
});

/** Somebody goes, as the room's frames tell it. */
function removed(who: typeof ada | typeof gem) {
  server.tell("trip", {
    type: "participant_removed",
    seq: ++server.chat("trip").head,
    chat_id: "trip",
    user: who,
    by: { id: ada.id, username: "ada", display_name: "Ada" },
    message: server.post("trip", ada, `${who.username} is gone`),
  });
}
