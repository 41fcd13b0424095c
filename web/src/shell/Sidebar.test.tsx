import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { ChatEntry, NewChat } from "../state/chats";

const at = "2026-11-20T10:00:00.000Z";
const chat = (id: string, title: string, more: Partial<ChatEntry> = {}) =>
  ({
    id,
    title,
    kind: "group",
    created_at: at,
    unread_count: 0,
    notify: "all",
    draft: false,
    typing: [],
    mention: false,
    ...more,
  }) as unknown as ChatEntry;

const world = vi.hoisted(() => ({
  chats: undefined as readonly unknown[] | undefined,
  made: [] as unknown[],
}));
const ben = { id: "ben", kind: "person", username: "ben.o", display_name: "Ben Ortega", created_at: at };

vi.mock("../state/chats", () => ({
  useChats: () => world.chats,
  createChat: async (chat: NewChat) => {
    world.made.push(chat);
    return "with-ben";
  },
}));
vi.mock("../state/session", () => ({
  useMe: () => ({ ...ben, id: "me", username: "ana", display_name: "Ana" }),
}));
vi.mock("../state/settings", () => ({ useSettings: () => ({ theme: "system" }) }));
vi.mock("../queries", () => ({
  usePeopleSearch: (query: string) => ({ data: query === "ort" ? [ben] : [], isFetching: false }),
}));

const { Sidebar } = await import("./Sidebar");

beforeEach(() => {
  world.made = [];
  world.chats = [
    chat("lake", "Lake weekend", { unread_count: 3, mention: true }),
    chat("gemini", "Recipes", { kind: "ai" }),
    chat("train", "Release train", { unread_count: 100, notify: "none" }),
  ];
});

async function open(path = "/") {
  const root = createRootRoute({ component: () => <Sidebar role="complementary" className="flex" /> });
  const room = createRoute({ getParentRoute: () => root, path: "/c/$chat" });
  const router = createRouter({
    routeTree: root.addChildren([room]),
    history: createMemoryHistory({ initialEntries: [path] }),
  });
  render(<RouterProvider router={router} />);
  await screen.findByRole("searchbox");
  return router;
}

const rows = () => within(screen.getByRole("navigation", { name: "Chats" })).queryAllByRole("link");

test("a chat says in one breath what waits in it", async () => {
  await open();
  const [lake, , train] = rows();
  expect(lake).toHaveAccessibleName(/Lake weekend.*You were mentioned.*3 unread messages/);
  expect(train).toHaveAccessibleName(/Release train.*Muted.*more than 99 unread messages/);
});

test("the open chat is the current page, and has nothing unread", async () => {
  await open("/c/lake");
  const [lake] = rows();
  expect(lake).toHaveAttribute("aria-current", "page");
  expect(lake).not.toHaveAccessibleName(/unread/);
});

test("the list is one stop for the Tab key, and the arrows go on from there", async () => {
  const router = await open("/c/gemini");
  const [lake, gemini, train] = rows();
  expect(rows().map((row) => row.tabIndex)).toEqual([-1, 0, -1]);
  gemini?.focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(train).toHaveFocus();
  await userEvent.keyboard("{ArrowDown}{Home}");
  expect(lake).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(router.history.location.pathname).toBe("/c/lake");
});

test("filters show what is unread, and what is with Gemini alone", async () => {
  await open();
  await userEvent.click(screen.getByRole("button", { name: "Unread" }));
  expect(rows()).toHaveLength(2);
  await userEvent.click(screen.getByRole("button", { name: "AI" }));
  expect(screen.getByRole("button", { name: "AI" })).toHaveAttribute("aria-pressed", "true");
  expect(rows()).toHaveLength(1);
});

test("the search finds chats and people, and a person opens the private chat with them", async () => {
  const router = await open();
  const box = screen.getByRole("searchbox", { name: "Search chats and people" });
  await userEvent.type(box, "rel");
  expect(rows()).toHaveLength(1);
  await userEvent.clear(box);
  await userEvent.type(box, "ort");
  expect(rows()).toHaveLength(0);
  await userEvent.click(await screen.findByRole("button", { name: "Message Ben Ortega @ben.o" }));
  expect(world.made).toEqual([{ kind: "private", participant_usernames: ["ben.o"] }]);
  await vi.waitFor(() => expect(router.history.location.pathname).toBe("/c/with-ben"));
});

test("Escape gives the whole list back, and the arrow leads into it", async () => {
  await open();
  await userEvent.type(screen.getByRole("searchbox"), "zebra");
  expect(screen.getByRole("status")).toHaveTextContent("Nothing is called “zebra”.");
  await userEvent.keyboard("{Escape}");
  expect(rows()).toHaveLength(3);
  await userEvent.keyboard("{ArrowDown}");
  expect(rows()[0]).toHaveFocus();
});

test("without any chat the first one is a press away", async () => {
  world.chats = [];
  const router = await open();
  await userEvent.click(screen.getByRole("button", { name: /Talk to Gemini alone/ }));
  expect(world.made).toEqual([{ kind: "ai" }]);
  await vi.waitFor(() => expect(router.history.location.pathname).toBe("/c/with-ben"));
});
