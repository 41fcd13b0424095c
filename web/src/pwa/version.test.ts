import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { Server } from "../test/server";
import { openTab, pass, see } from "../test/tab";

const page = (...files: string[]) =>
  `<!doctype html><head>${files.map((file) => `<script nonce="x" src="/assets/${file}"></script>`).join("")}</head>`;

let server: Server;
/** The server's page, and how often it was asked for. */
let html: string;
let status: number;
let looked: number;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
  html = page("index-1.js", "index-1.css");
  status = 200;
  looked = 0;
  const api = fetch;
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    if (input !== "/") return api(input, init);
    looked++;
    return new Response(html, { status });
  });
  document.head.replaceChildren(named("index-1.js"), named("index-1.css"));
});

afterEach(() => {
  document.head.replaceChildren();
  removeEdge();
});

function named(file: string): HTMLElement {
  const link = document.createElement("link");
  link.setAttribute("href", `/assets/${file}`);
  return link;
}

async function open() {
  await openTab();
  // After the tab's own modules: it has a state of its own.
  const version = await import("./version");
  version.watchVersion();
  server.cut();
  await pass(60_000);
  return { ...version, isNewer: see(version.useNewVersion) };
}

/** The server goes away for a moment, as it does when it is replaced. */
async function reconnect() {
  server.cut();
  await pass(60_000);
}

test("a server that comes back with another app is noticed", async () => {
  const { isNewer } = await open();
  await reconnect();
  expect(isNewer.now).toBe(false);
  html = page("index-2.js", "index-1.css");
  await reconnect();
  expect(isNewer.now).toBe(true);
});

test("another stylesheet alone is another app", async () => {
  const { isNewer } = await open();
  html = page("index-1.js", "index-2.css");
  await reconnect();
  expect(isNewer.now).toBe(true);
});

test("parts that were fetched later make no difference", async () => {
  const { isNewer } = await open();
  document.head.append(named("Room-1.css"));
  await reconnect();
  expect([isNewer.now, looked > 0]).toEqual([false, true]);
});

test("what a proxy says while the server is away is no new app", async () => {
  const { isNewer } = await open();
  html = page("proxy.js");
  status = 502;
  await reconnect();
  expect(isNewer.now).toBe(false);
});

test("a part of the app that is not there any more asks for the new one", async () => {
  const { isNewer } = await open();
  html = page("index-2.js");
  dispatchEvent(new Event("vite:preloadError"));
  await pass();
  expect(isNewer.now).toBe(true);
});

test("whoever puts it off is asked again when the connection comes back", async () => {
  const { isNewer, dismissNewVersion } = await open();
  html = page("index-2.js");
  await reconnect();
  dismissNewVersion();
  await pass();
  expect(isNewer.now).toBe(false);
  await reconnect();
  expect(isNewer.now).toBe(true);
});
