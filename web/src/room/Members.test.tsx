import { act, render, screen } from "@testing-library/react";
import type { ComponentProps } from "react";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { appear, menuItems, widen } from "../test/hands";
import { ada, ben, gem, json } from "../test/server";
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
  await Promise.all([import("./MembersPanel"), import("./Members")]);
}, 60_000);

beforeEach(() => {
  widen();
  navigate.mockClear();
});

/** A tab in which the room is in front, with its members beside it. */
async function enter() {
  tab = await openTab();
  tab.openChat("trip");
  const { MembersPanel } = await import("./MembersPanel");
  const { showMembers } = await import("./dialogs");
  render(<MembersPanel chat="trip" />);
  act(() => showMembers(true));
  await appear("heading", /^Here now/);
}

async function actionsFor(name: string) {
  await hands.press(`What to do with ${name}`);
  return menuItems();
}

describe("the members", () => {
  it("are found by name", async () => {
    await enter();
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    await hands.type(screen.getByRole("searchbox", { name: "Find a member" }), "be");
    await pass(10);
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      expect.stringContaining("@ben"),
    ]);
  });

  it("have for an ordinary member nothing but a private word", async () => {
    server.chat("trip").role = "member";
    await enter();
    expect(screen.queryByRole("button", { name: "What to do with Gem" })).toBeNull();
    expect(screen.queryByRole("button", { name: "What to do with Ada" })).toBeNull();
    expect(await actionsFor("Ben")).toEqual(["Message privately"]);
  });

  it("are given roles by the owner", async () => {
    const given = server.hear(`PATCH /api/chats/trip/participants/${ben.id}`, () => json({}));
    await enter();
    expect(await actionsFor("Ben")).toEqual([
      "Message privately",
      "Make an admin",
      "Hand the chat over…",
      "Remove from the chat…",
    ]);
    await hands.press("Make an admin", "menuitem");
    expect(given).toEqual([{ role: "admin" }]);
  });

  it("are given the chat only after it was said what that means", async () => {
    const given = server.hear(`PATCH /api/chats/trip/participants/${ben.id}`, () => json({}));
    await enter();
    await actionsFor("Ben");
    await hands.press("Hand the chat over…", "menuitem");
    const dialog = await appear("alertdialog", "Hand “trip” over to Ben?");
    expect(dialog).toHaveTextContent("cannot take it back yourself");
    expect(given).toEqual([]);
    await hands.press("Hand over");
    expect(given).toEqual([{ role: "owner" }]);
  });

  it("are removed only after it was said what that means", async () => {
    const gone = server.hear(`DELETE /api/chats/trip/participants/${ben.id}`);
    await enter();
    await actionsFor("Ben");
    await hands.press("Remove from the chat…", "menuitem");
    const dialog = await appear("alertdialog", "Remove Ben from “trip”?");
    expect(dialog).toHaveTextContent("Ben cannot read this chat any more");
    await hands.press("Cancel");
    expect(gone).toEqual([]);
    await actionsFor("Ben");
    await hands.press("Remove from the chat…", "menuitem");
    await appear("alertdialog", "Remove Ben from “trip”?");
    await hands.press("Remove");
    expect(gone).toEqual([{}]);
  });

  it("may do without the bot, and have it back", async () => {
    const gone = server.hear(`DELETE /api/chats/trip/participants/${gem.id}`);
    const invited = server.hear("POST /api/chats/trip/invite", () => json({}, 201));
    await enter();
    await actionsFor("Gem");
    await hands.press("Remove from the chat…", "menuitem");
    await appear("alertdialog", "Remove Gem from “trip”?");
    await hands.press("Remove");
    expect(gone).toEqual([{}]);
    act(() => removed(gem));
    await hands.press("Add Gemini");
    expect(invited).toEqual([{ username: "gem" }]);
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
