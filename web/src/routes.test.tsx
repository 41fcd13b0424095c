import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { create } from "zustand";
import type { SessionState } from "./state/session";
import { widen } from "./test/hands";

const session = vi.hoisted(() => ({
  store: undefined as unknown as import("zustand").UseBoundStore<import("zustand").StoreApi<SessionState>>,
}));
const acceptInvite = vi.hoisted(() => vi.fn(async (_code: string) => "lake"));

const ana = {
  id: "ana",
  kind: "person" as const,
  username: "ana",
  display_name: "Ana",
  created_at: "2026-11-01T10:00:00.000Z",
  email: "ana@example.org",
  role: "member" as const,
};
const inside = { kind: "in", me: ana, limits: {} } as SessionState;

vi.mock("./state/session", () => ({
  useSession: () => session.store(),
  useMe: () => ana,
  signIn: async () => session.store.setState(inside, true),
  register: async () => session.store.setState(inside, true),
  setUp: async () => session.store.setState(inside, true),
}));
vi.mock("./state/chats", () => ({ useChats: () => [], useChat: () => undefined }));
vi.mock("./state/connection", () => ({ useConnection: () => ({ kind: "online", showBanner: false }) }));
vi.mock("./state/settings", () => ({ useSettings: () => ({ theme: "system" }) }));
vi.mock("./state/notify", () => ({ setPageTitle: () => undefined }));
vi.mock("./queries", async () => {
  const { QueryClient } = await import("@tanstack/react-query");
  return {
    queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }),
    acceptInvite,
    useInvitePreview: () => ({
      data: {
        chat_name: "Lake weekend",
        invited_by: { id: "ben", username: "ben", display_name: "Ben" },
        member_count: 2,
        expires_at: "2126-11-30T10:00:00.000Z",
      },
    }),
    usePeopleSearch: () => ({ data: undefined, isFetching: false }),
  };
});
vi.mock("./pages/useRegistration", () => ({
  useRegistration: () => ({ data: "open", isSuccess: true, isPending: false, isError: false }),
}));
vi.mock("./pages/Room", () => ({
  Room: ({ chat, at }: { chat: string; at?: number }) => `chat ${chat} ${at}`,
}));
vi.mock("./pages/settings/Settings", () => ({
  Settings: ({ page }: { page?: string }) => `settings ${page ?? "list"}`,
}));

let router: typeof import("./routes").router;

beforeEach(() => {
  widen();
  sessionStorage.clear();
  acceptInvite.mockClear();
});

async function open(path: string, state: SessionState) {
  session.store = create<SessionState>(() => state);
  history.replaceState(null, "", path);
  // A router for each test: it lives as long as the page and keeps where it was.
  vi.resetModules();
  ({ router } = await import("./routes"));
  const { setLocale } = await import("./i18n");
  await setLocale("en");
  const { queryClient } = await import("./queries");
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

const button = (name: string) => screen.findByRole("button", { name });

async function logIn() {
  await userEvent.type(await screen.findByRole("textbox", { name: "Username or email" }), "ana");
  await userEvent.type(screen.getByLabelText("Password"), "hello world");
  await userEvent.click(await button("Log in"));
}

test("whoever is out logs in and is where they wanted to be", async () => {
  await open("/c/lake?at=7", { kind: "out" });
  await logIn();
  await screen.findByText("chat lake 7");
  expect(router.history.location.href).toBe("/c/lake?at=7");
});

test("whoever is put out while reading comes back to the same place", async () => {
  await open("/settings/sessions", inside);
  await screen.findByText("settings sessions");
  act(() => session.store.setState({ kind: "out" }, true));
  await logIn();
  await screen.findByText("settings sessions");
});

test("the settings have an address, and so has each of their pages", async () => {
  await open("/settings", inside);
  await screen.findByText("settings list");
  act(() => void router.navigate({ to: "/settings/$page", params: { page: "appearance" } }));
  await screen.findByText("settings appearance");
});

test("while nobody knows who is here, nobody is sent to log in", async () => {
  await open("/c/lake", { kind: "starting" });
  expect(await screen.findByText("Starting…")).toBeInTheDocument();
  act(() => session.store.setState(inside, true));
  await screen.findByText("chat lake undefined");
});

test("whoever is in has no use for the log-in page, and a link out of the app is not followed", async () => {
  await open("/login?next=//evil.example", inside);
  await waitFor(() => expect(router.history.location.pathname).toBe("/"));
});

test("an invitation is kept over registration and then joins, once", async () => {
  await open("/join/code-1", { kind: "out" });
  await screen.findByRole("heading", { name: "Ben invites you" });
  expect(screen.getByText("Lake weekend")).toBeInTheDocument();
  await userEvent.click(await button("Create an account and join"));
  await screen.findByText("Ben invited you to Lake weekend.");
  await userEvent.type(screen.getByRole("textbox", { name: "Username" }), "ana");
  await userEvent.type(screen.getByRole("textbox", { name: "Email" }), "ana@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "hello world");
  await userEvent.click(await button("Create account"));
  await screen.findByText("chat lake undefined");
  expect(acceptInvite.mock.calls).toEqual([["code-1"]]);
});

test("whoever is in joins by pressing the button and not by opening the link", async () => {
  await open("/join/code-2", inside);
  const join = await button("Join the chat");
  expect(acceptInvite).not.toHaveBeenCalled();
  await userEvent.click(join);
  await screen.findByText("chat lake undefined");
  expect(acceptInvite.mock.calls).toEqual([["code-2"]]);
});

test("the form says the rules, then what breaks them, and stands in the first box that does", async () => {
  await open("/setup?token=t", { kind: "out" });
  const username = await screen.findByRole("textbox", { name: "Username" });
  expect(username).toHaveAccessibleDescription(/3 to 32 letters/);
  await userEvent.type(username, "a");
  await userEvent.click(await button("Create the administrator’s account"));
  expect(username).toHaveFocus();
  expect(username).toBeInvalid();
  expect(screen.getByRole("textbox", { name: "Email" })).toHaveAccessibleDescription("Please fill this in.");
  await userEvent.type(username, "na");
  expect(username).toBeValid();
});

test("without its link the page for the first administrator says where to find it", async () => {
  await open("/setup", { kind: "out" });
  await screen.findByRole("heading", { name: "The setup link is missing" });
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});
