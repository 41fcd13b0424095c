import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { Server } from "../test/server";
import { openTab, pass, see } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
});

afterEach(removeEdge);

test("a short hole in the connection is nobody's business", async () => {
  const tab = await openTab();
  const connection = see(tab.useConnection);
  expect(connection.now).toEqual({ kind: "online", showBanner: false });
  server.cut();
  await pass();
  expect(connection.now).toMatchObject({ kind: "offline", showBanner: false });
  await pass(4_000);
  expect(connection.now).toEqual({ kind: "online", showBanner: false });
});

test("the banner comes after five seconds, stays through every try, and goes at once", async () => {
  const tab = await openTab();
  const connection = see(tab.useConnection);
  server.reach = "down";
  server.cut();
  await pass(4_999);
  expect(connection.now.showBanner).toBe(false);
  await pass(1);
  expect(connection.now.showBanner).toBe(true);
  for (let n = 0; n < 50; n++) {
    await pass(500);
    expect(connection.now.showBanner).toBe(true);
  }
  server.reach = "up";
  act(() => tab.retryNow());
  await pass(10);
  expect(connection.now).toEqual({ kind: "online", showBanner: false });
});

test("a second hole has five seconds of its own", async () => {
  const tab = await openTab();
  const connection = see(tab.useConnection);
  server.reach = "down";
  server.cut();
  await pass(6_000);
  server.reach = "up";
  act(() => tab.retryNow());
  await pass(10);
  await pass(60_000);
  server.reach = "down";
  server.cut();
  await pass(100);
  expect(connection.now.showBanner).toBe(false);
});
