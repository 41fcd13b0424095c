import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import type { ComponentProps } from "react";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { appear, widen } from "../test/hands";
import { ada, ben, json } from "../test/server";
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
  await Promise.all([import("./RoomDialogs"), import("./InviteDialog"), import("./QrCode")]);
}, 60_000);

beforeEach(() => {
  widen();
  navigate.mockClear();
  server.answer("GET /api/chats/trip/invite-links", () => json([]));
});

/** The dialog. */
async function enter() {
  tab = await openTab();
  tab.openChat("trip");
  const { queryClient } = await import("../queries");
  const { RoomDialogs } = await import("./RoomDialogs");
  const { openDialog } = await import("./dialogs");
  const Room = () => {
    const entry = tab.useChat("trip");
    return entry ? <RoomDialogs entry={entry} /> : null;
  };
  render(
    <QueryClientProvider client={queryClient}>
      <Room />
    </QueryClientProvider>,
  );
  await pass(10);
  act(() => openDialog("trip", "invite"));
  await appear("dialog", "Invite to “trip”");
}

describe("inviting", () => {
  const link = {
    id: "l1",
    chat_id: "trip",
    code: "c0de",
    created_by: { id: ada.id, username: "ada", display_name: "Ada" },
    created_at: "2026-01-01T00:00:00.000Z",
    expires_at: "2126-01-01T00:00:00.000Z",
    max_uses: 5,
    uses: 2,
  };

  it("finds people by name, and asks nobody in who is here", async () => {
    const cleo = { ...ben, id: "id-cleo", username: "cleo", display_name: "Cleo" };
    server.answer("GET /api/users/search", () => json([ben, cleo]));
    const invited = server.hear("POST /api/chats/trip/invite", () => json({}, 201));
    await enter();
    await hands.type(screen.getByRole("textbox", { name: "Name or username" }), "cl");
    await pass(500);
    expect(screen.queryByRole("button", { name: "Add Ben" })).toBeNull();
    await hands.press("Add Cleo");
    expect(invited).toEqual([{ username: "cleo" }]);
    expect(screen.getByText("Added")).toBeVisible();
  });

  it("makes a link with its bounds, and shows it with its code to be photographed", async () => {
    const made = server.hear("POST /api/chats/trip/invite-links", () => {
      server.answer("GET /api/chats/trip/invite-links", () => json([link]));
      return json(link, 201);
    });
    await enter();
    await hands.press("By link", "tab");
    await hands.press("Create a link");
    const day_s = 24 * 3600;
    expect(made).toEqual([{ expires_in_s: 7 * day_s }]);
    const address = `${location.origin}/join/c0de`;
    expect(screen.getByRole("textbox", { name: "Invite link" })).toHaveValue(address);
    await appear("img", `QR code for ${address}`);
    expect(screen.getByText(/2 of 5 joined/)).toBeVisible();
  });

  it("revokes a link only after it was said what that means", async () => {
    server.answer("GET /api/chats/trip/invite-links", () => json([link]));
    const revoked = server.hear("DELETE /api/chats/trip/invite-links/l1");
    await enter();
    await hands.press("By link", "tab");
    await hands.press("Revoke…");
    const dialog = await appear("alertdialog", "Revoke this link?");
    expect(dialog).toHaveTextContent("It stops working at once");
    expect(revoked).toEqual([]);
    server.answer("GET /api/chats/trip/invite-links", () => json([]));
    await hands.press("Revoke");
    expect(revoked).toEqual([{}]);
    expect(screen.getByText("There are none.")).toBeVisible();
  });
});
