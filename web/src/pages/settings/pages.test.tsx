import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { create } from "zustand";
import type { Me, Session } from "../../gen/api";
import type { Permission } from "../../state/notify";
import { Problem } from "../../wire/problem";
import { NotifyPermission } from "./NotifyPermission";
import Password from "./Password";
import Profile from "./Profile";
import { Saved } from "./Saved";
import Sessions from "./Sessions";

const server = vi.hoisted(() => ({
  changeMe: vi.fn(async (_: object) => undefined),
  deleteAccount: vi.fn(async (_: string) => undefined),
  changePassword: vi.fn(async (_: string, __: string) => undefined),
  endSessions: vi.fn(async (_: readonly string[]) => undefined),
  signOutEverywhere: vi.fn(async () => undefined),
  askPermission: vi.fn(async () => "granted" as const),
  setSetting: vi.fn(),
  sessions: [] as unknown[],
  permission: "default",
}));

const ana: Me = {
  id: "ana",
  kind: "person",
  username: "ana",
  display_name: "Ana",
  email: "ana@example.org",
  role: "member",
  created_at: "2026-11-01T10:00:00.000Z",
};
const world = create(() => ({ me: ana }));

vi.mock("../../state/session", () => ({
  useMe: () => world((state) => state.me),
  changeMe: server.changeMe,
  signOutEverywhere: server.signOutEverywhere,
}));
vi.mock("../../queries", () => ({
  ...server,
  useSessions: () => ({ data: server.sessions, error: null, refetch: () => undefined }),
}));
vi.mock("../../state/notify", () => ({
  usePermission: () => server.permission as Permission,
  askPermission: server.askPermission,
}));
vi.mock("../../state/settings", () => ({
  useSettings: () => ({ notifications: true }),
  setSetting: server.setSetting,
}));

beforeEach(() => {
  vi.clearAllMocks();
  world.setState({ me: ana });
  server.permission = "default";
});

const refusal = (field: string, message: string) =>
  new Problem({ status: 422, code: "validation_failed", detail: "", errors: [{ field, message }] });
const press = async (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("a new email asks for the password, and says beside its box that it is wrong", async () => {
  server.changeMe.mockRejectedValueOnce(refusal("current_password", "is not your password"));
  render(<Profile />);
  expect(screen.queryByLabelText("Current password")).toBeNull();
  const email = screen.getByRole("textbox", { name: "Email address" });
  await userEvent.clear(email);
  await userEvent.type(email, "ana@new.example");
  expect(screen.getByRole("button", { name: "Change email" })).toBeDisabled();
  const password = screen.getByLabelText("Current password");
  await userEvent.type(password, "not mine");
  await press("Change email");
  expect(server.changeMe).toHaveBeenCalledWith({ email: "ana@new.example", current_password: "not mine" });
  await waitFor(() => expect(password).toBeInvalid());
  expect(screen.getByText("This is not your password.")).toBeInTheDocument();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("another name is saved and says so", async () => {
  render(
    <>
      <Saved />
      <Profile />
    </>,
  );
  expect(screen.getByText("@ana")).toBeInTheDocument();
  await userEvent.type(screen.getByRole("textbox", { name: "Name" }), " K. ");
  await press("Save");
  expect(server.changeMe).toHaveBeenCalledWith({ display_name: "Ana K." });
  await waitFor(() => expect(screen.getByText("Saved")).not.toHaveClass("opacity-0"));
});

test("an account is deleted only with its password, after all has been said", async () => {
  render(<Profile />);
  await press("Delete account…");
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText(/the name @ana again/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Delete for good" })).toBeDisabled();
  await userEvent.type(within(dialog).getByLabelText("Current password"), "hello world ana");
  await press("Delete for good");
  expect(server.deleteAccount).toHaveBeenCalledWith("hello world ana");
});

test("a password that is too short is not sent; a new one empties the form", async () => {
  render(<Password />);
  const [current, next] = [screen.getByLabelText("Current password"), screen.getByLabelText("New password")];
  await userEvent.type(current, "hello world ana");
  await userEvent.type(next, "short");
  expect(screen.getByRole("button", { name: "Change password" })).toBeDisabled();
  await userEvent.type(next, " but longer");
  await press("Change password");
  expect(server.changePassword).toHaveBeenCalledWith("hello world ana", "short but longer");
  expect(await screen.findByText(/All other devices are logged out/)).toBeInTheDocument();
  expect([current, next].map((box) => (box as HTMLInputElement).value)).toEqual(["", ""]);
});

const aSession = (id: string, more: Partial<Session>): Session => ({
  id,
  created_at: "2026-11-01T10:00:00.000Z",
  last_used_at: "2026-11-02T10:00:00.000Z",
  expires_at: "2126-11-30T10:00:00.000Z",
  current: false,
  ...more,
});

test("this device stands first and cannot be logged out by mistake; the others can, one or all", async () => {
  server.sessions = [
    aSession("1", { user_agent: "curl/8.5.0" }),
    aSession("2", {
      user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
      current: true,
    }),
    aSession("3", {}),
  ];
  render(<Sessions />);
  const rows = screen.getAllByRole("listitem");
  expect(rows[0]).toHaveTextContent("Firefox on LinuxThis one");
  expect(within(rows[0] as HTMLElement).queryByRole("button")).toBeNull();
  await press("Log out curl");
  expect(server.endSessions).toHaveBeenLastCalledWith(["1"]);
  await press("Log out all others");
  const question = await screen.findByRole("alertdialog");
  expect(question).toHaveTextContent("2 other log-ins end at once.");
  await userEvent.click(within(question).getByRole("button", { name: "Log out all others" }));
  expect(server.endSessions).toHaveBeenLastCalledWith(["1", "3"]);
});

test("nobody is asked for notifications unless they press for it", async () => {
  render(<NotifyPermission />);
  expect(server.askPermission).not.toHaveBeenCalled();
  await press("Allow notifications");
  expect(server.askPermission).toHaveBeenCalledOnce();
  expect(server.setSetting).toHaveBeenCalledWith("notifications", true);
});

test.each([
  ["denied", true, "Blocked by the browser"],
  ["unsupported", true, "Not possible in this browser"],
  ["unsupported", false, "Not possible over plain http"],
])("where there can be no notifications, the page says why: %s, secure: %s", (permission, secure, title) => {
  server.permission = permission;
  vi.stubGlobal("isSecureContext", secure);
  render(<NotifyPermission />);
  vi.unstubAllGlobals();
  expect(screen.getByText(title)).toBeInTheDocument();
  expect(screen.queryByRole("button")).toBeNull();
});
