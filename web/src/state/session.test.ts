import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, installSecureContext, removeEdge } from "../test/edge";
import { ben, Server } from "../test/server";
import { done, loadTab, openTab, pass, see } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
});

afterEach(removeEdge);

test("the cookie brings the session back, and the token stays in memory", async () => {
  const tab = await openTab();
  expect(see(tab.useSession).now).toMatchObject({ kind: "in", me: { username: "ada" } });
  expect(tab.accessToken()).toMatch(/^token-/);
  expect(JSON.stringify(localStorage) + document.cookie).not.toContain("token-");
});

test("whoever has no session is out at once", async () => {
  server.user = undefined;
  const tab = await openTab();
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
  expect(server.refreshes).toBe(1);
});

test("whoever has no cookie is out at once, without having been refused", async () => {
  const asked = server.hear("POST /api/auth/refresh");
  const tab = await openTab();
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
  expect(asked).toHaveLength(1);
});

test("a server that is away ends no session: it is asked until it answers", async () => {
  server.reach = "down";
  const tab = await openTab();
  await pass(60_000);
  expect(see(tab.useSession).now).toEqual({ kind: "starting" });
  server.reach = "up";
  dispatchEvent(new Event("online"));
  await pass(200);
  expect(see(tab.useSession).now).toMatchObject({ kind: "in" });
});

test("a token that runs out is renewed before it is used, once for all who wait", async () => {
  const tab = await openTab();
  server.chat("room");

  await pass(15 * 60_000);
  const before = server.refreshes;
  const changes = [tab.changeMe({}), tab.changeMe({})].map((change) => change.catch(() => undefined));
  await done(Promise.all(changes));
  expect(server.refreshes).toBe(before + 1);
});

test("a token that the server refuses is renewed and the request sent again, once", async () => {
  const tab = await openTab();
  server.expireTokens();
  server.answer("PATCH /api/auth/me", () => new Response(null, { status: 401 }));
  await expect(done(tab.changeMe({ display_name: "Ada L" }))).rejects.toThrow();
  expect(server.requests.filter((line) => line === "PATCH /api/auth/me")).toHaveLength(2);
  expect(server.refreshes).toBe(2);
  expect(see(tab.useSession).now).toMatchObject({ kind: "in" });
});

test.each(["with locks", "over plain http"])("two tabs refresh one after the other, %s", async (context) => {
  if (context === "with locks") installSecureContext();
  const release = server.hold("POST /api/auth/refresh");
  const [one, two] = [await loadTab(), await loadTab()];
  await act(async () => {
    one.start();
    two.start();
  });
  await pass(500);
  expect(server.requests.filter((line) => line === "POST /api/auth/refresh")).toHaveLength(1);
  release();
  await pass(500);
  expect(server.refreshes).toBe(1);
  expect(one.accessToken()).toBe(two.accessToken());
  expect(see(two.useSession).now).toMatchObject({ kind: "in" });
});

test("a tab that was closed in the middle of a refresh does not keep the others waiting for ever", async () => {
  localStorage.setItem("coop.refresh.lease", JSON.stringify({ by: "gone", until: Date.now() + 20_000 }));
  const tab = await openTab();
  expect(see(tab.useSession).now).toEqual({ kind: "starting" });
  await pass(21_000);
  expect(see(tab.useSession).now).toMatchObject({ kind: "in" });
});

test("a session that has ended puts every tab out, without a reload", async () => {
  const [one, two] = [await openTab(), await openTab()];
  server.user = undefined;
  server.cut(4401);
  await pass(1);
  for (const tab of [one, two]) {
    expect(see(tab.useSession).now).toEqual({ kind: "out" });
    expect(tab.accessToken()).toBeUndefined();
    expect(see(tab.useChats).now).toBeUndefined();
  }
});

test("a refresh that is refused puts everybody out", async () => {
  const tab = await openTab();
  server.user = undefined;
  server.expireTokens();
  await done(tab.changeMe({}).catch(() => undefined));
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
});

test("logging out needs the server, because the cookie would bring the session back", async () => {
  const tab = await openTab();
  server.reach = "down";
  await expect(done(tab.signOut())).rejects.toThrow();
  expect(see(tab.useSession).now).toMatchObject({ kind: "in" });
  server.reach = "up";
  await done(tab.signOut());
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
  await pass(60_000);
  expect(server.sockets.every(({ socket }) => !socket.isOpen)).toBe(true);
});

test("a log-out in another tab is not overtaken by a tab that is just coming in", async () => {
  const one = await openTab();
  const release = server.hold("GET /api/limits");
  const two = await openTab();
  expect(see(two.useSession).now).toEqual({ kind: "starting" });
  await done(one.signOut());
  release();
  await pass(60_000);
  expect(see(two.useSession).now).toEqual({ kind: "out" });
  expect(server.requests.filter((line) => line === "POST /api/auth/ws-ticket")).toHaveLength(1);
});

test("logging in in one tab brings the others in, as the same person", async () => {
  server.user = undefined;
  const [one, two] = [await openTab(), await openTab()];
  await done(one.signIn("ben", "secret"));
  await pass(1);
  expect(see(one.useMe).now.username).toBe("ben");
  expect(see(two.useMe).now.username).toBe("ben");
});

test("another person who logs in takes every tab over, and finds nothing of the one before", async () => {
  server.chat("room");
  const [one, two] = [await openTab(), await openTab()];
  one.setDraft("room", { text: "ada's secret" });
  server.reach = "down";
  server.cut();
  one.post("room", "not sent");
  server.reach = "up";
  await done(one.signIn("ben", "secret"));
  await pass(1);
  expect(see(two.useMe).now.username).toBe("ben");
  expect(see(() => two.useDraft("room")).now[0].text).toBe("");
  expect(JSON.stringify(localStorage)).not.toMatch(/secret|not sent/);
  await pass(60_000);
  expect(server.chat("room").messages).toEqual([]);
});

test("whoever signs out leaves no text in the browser, from any tab", async () => {
  server.chat("room");
  const [one, two] = [await openTab(), await openTab()];
  one.setDraft("room", { text: "a secret" });
  two.setDraft("other", { text: "a secret of the other tab" });
  await done(one.signOut());
  await pass(1);
  expect(see(two.useSession).now).toEqual({ kind: "out" });
  expect(JSON.stringify(localStorage)).not.toContain("secret");
});

test("whoever must log in again finds their drafts and what was not sent", async () => {
  server.chat("room");
  const tab = await openTab();
  server.cut();
  tab.post("room", "not sent yet");
  tab.setDraft("room", { text: "half a thou" });
  server.user = undefined;
  server.expireTokens();
  await done(tab.changeMe({}).catch(() => undefined));
  expect(see(() => tab.useDraft("room")).now[0].text).toBe("");
  await done(tab.signIn("ada", "secret"));
  await pass(1);
  expect(see(() => tab.useDraft("room")).now[0].text).toBe("half a thou");
  await pass(1);
  expect(server.chat("room").messages.map((message) => message.content)).toEqual(["not sent yet"]);
});

test("where the browser forbids its tabs to talk, one comes in all the same", async () => {
  vi.stubGlobal("BroadcastChannel", () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  const tab = await openTab();
  expect(see(tab.useSession).now).toMatchObject({ kind: "in" });
  await done(tab.signOut());
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
});

test("a tab whose cookie became another person's goes out rather than speak in their name", async () => {
  const tab = await openTab();
  server.socket.say({ type: "hello", connection_id: "c", user: ben, protocol: "coop.v1", heartbeat_s: 30 });
  await pass(1);
  expect(see(tab.useSession).now).toEqual({ kind: "out" });
});
