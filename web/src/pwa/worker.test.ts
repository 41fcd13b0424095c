import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { beforeEach, expect, test } from "vitest";

const ORIGIN = "https://coop.example";
const source = readFileSync("public/sw.js", "utf8");

type Handler = (event: object) => void;
type Kept = { url: string; answer: FakeResponse };
type Query = { url: string } | string;

class FakeResponse {
  readonly ok: boolean;
  readonly text: string;
  constructor(text: string, ok = true) {
    this.text = text;
    this.ok = ok;
  }
  clone() {
    return this;
  }
  static error = () => new FakeResponse("network error", false);
}

const absolute = (query: Query) => new URL(typeof query === "string" ? query : query.url, ORIGIN).href;

class FakeRequest {
  readonly url: string;
  constructor(url: string) {
    this.url = absolute(url);
  }
}

/** In the order in which they came. */
class FakeCache {
  kept: Kept[] = [];
  async match(query: Query) {
    return this.kept.find(({ url }) => url === absolute(query))?.answer;
  }
  async put(query: Query, answer: FakeResponse) {
    this.kept = [...this.kept.filter(({ url }) => url !== absolute(query)), { url: absolute(query), answer }];
  }
  async addAll(queries: Query[]) {
    for (const query of queries) await this.put(query, await network(query));
  }
  async keys() {
    return this.kept.map(({ url }) => ({ url }));
  }
  async delete(query: Query) {
    this.kept = this.kept.filter(({ url }) => url !== absolute(query));
  }
}

let handlers: Map<string, Handler>;
let caches: Map<string, FakeCache>;
let windows: { url: string; heard: unknown[]; focused: boolean }[];
let opened: string[];
/** What was asked of the server, and what it says; undefined: nobody answers. */
let asked: string[];
let says: ((path: string) => FakeResponse) | undefined;

async function network(query: Query): Promise<FakeResponse> {
  const { pathname } = new URL(absolute(query));
  asked.push(pathname);
  if (!says) throw new TypeError("Failed to fetch");
  return says(pathname);
}

function cache(name: string): FakeCache {
  const known = caches.get(name) ?? new FakeCache();
  caches.set(name, known);
  return known;
}

beforeEach(() => {
  handlers = new Map();
  caches = new Map();
  windows = [];
  opened = [];
  asked = [];
  says = (path) => new FakeResponse(`${path} of the server`);
  runInNewContext(source, {
    URL,
    Request: FakeRequest,
    Response: FakeResponse,
    location: new URL(`${ORIGIN}/sw.js`),
    addEventListener: (type: string, handler: Handler) => handlers.set(type, handler),
    skipWaiting: () => undefined,
    fetch: network,
    registration: {},
    caches: {
      open: async (name: string) => cache(name),
      keys: async () => [...caches.keys()],
      delete: async (name: string) => caches.delete(name),
      match: async (query: Query, { cacheName }: { cacheName: string }) =>
        caches.get(cacheName)?.match(query),
    },
    clients: {
      claim: async () => undefined,
      matchAll: async () =>
        windows.map((window) => ({
          url: window.url,
          postMessage: (data: unknown) => window.heard.push(data),
          focus: async () => {
            window.focused = true;
          },
        })),
      openWindow: async (path: string) => opened.push(path),
    },
  });
});

/** Fires an event and waits for what it keeps the worker alive for; → what it answers, if it does. */
async function fire(type: string, more: object = {}): Promise<FakeResponse | undefined> {
  const waits: Promise<unknown>[] = [];
  let answer: Promise<FakeResponse> | undefined;
  handlers.get(type)?.({
    ...more,
    waitUntil: (work: Promise<unknown>) => waits.push(work),
    respondWith: (promise: Promise<FakeResponse>) => {
      answer = promise;
    },
  });
  const answered = await answer;
  await Promise.all(waits);
  return answered;
}

const get = (path: string, more: object = {}) =>
  fire("fetch", { request: { method: "GET", mode: "cors", url: ORIGIN + path, ...more } });
const visit = (path: string) => get(path, { mode: "navigate" });
const install = async () => {
  await fire("install");
  await fire("activate");
};

test("a page is always the server's, and never one that was kept", async () => {
  await install();
  expect((await visit("/c/lake"))?.text).toBe("/c/lake of the server");
  says = () => new FakeResponse("a newer app");
  expect((await visit("/c/lake"))?.text).toBe("a newer app");
  expect([...caches.values()].flatMap(({ kept }) => kept.map(({ url }) => url))).not.toContain(
    `${ORIGIN}/c/lake`,
  );
});

test("without a server every page says so, with all that this page needs", async () => {
  await install();
  says = undefined;
  for (const path of ["/", "/c/lake", "/settings"]) {
    expect((await visit(path))?.text).toBe("/offline.html of the server");
  }
  for (const [, file = ""] of readFileSync("public/offline.html", "utf8").matchAll(
    /(?:href|src)="([^"]+)"/g,
  )) {
    expect((await get(file))?.text).toBe(`${file} of the server`);
  }
});

test("what the server answers with an error is shown as it is", async () => {
  await install();
  says = () => new FakeResponse("not built", false);
  expect((await visit("/"))?.text).toBe("not built");
});

test("the page that the browser has asked for meanwhile is taken", async () => {
  const preloadResponse = Promise.resolve(new FakeResponse("asked for early"));
  const request = { method: "GET", mode: "navigate", url: `${ORIGIN}/` };
  expect((await fire("fetch", { request, preloadResponse }))?.text).toBe("asked for early");
  expect(asked).toEqual([]);
});

test("a hashed file is fetched once; one that failed is fetched again", async () => {
  says = () => new FakeResponse("gone", false);
  await get("/assets/index-1.js");
  says = () => new FakeResponse("the file");
  for (const _ of [1, 2, 3]) expect((await get("/assets/index-1.js"))?.text).toBe("the file");
  expect(asked).toEqual(["/assets/index-1.js", "/assets/index-1.js"]);
});

test("of hashed files the newest stay", async () => {
  for (let n = 0; n < 160; n++) await get(`/assets/index-${n}.js`);
  const kept = cache("assets").kept.map(({ url }) => url);
  expect([kept.length, kept[0]]).toEqual([150, `${ORIGIN}/assets/index-10.js`]);
});

test("what another worker kept is dropped, and the hashed files stay", async () => {
  cache("offline-of-before");
  cache("assets").put("/assets/index-1.js", new FakeResponse("the file"));
  await install();
  expect([...caches.keys()].filter((name) => name === "offline-of-before")).toEqual([]);
  expect(cache("assets").kept).toHaveLength(1);
});

test("the worker leaves alone what is not the app's", async () => {
  expect(await get("/api/chats")).toBeUndefined();
  expect(await visit("/docs/")).toBeUndefined();
  expect(await get("/ws")).toBeUndefined();
  expect(await get("/icons/icon-192.png")).toBeUndefined();
  expect(await get("/c/lake", { method: "POST", mode: "navigate" })).toBeUndefined();
  const elsewhere = { method: "GET", mode: "cors", url: "https://elsewhere.example/assets/x.js" };
  expect(await fire("fetch", { request: elsewhere })).toBeUndefined();
  expect(asked).toEqual([]);
});

const click = () => {
  let closed = false;
  const notification = { data: { chat: "lake" }, close: () => (closed = true) };
  return fire("notificationclick", { notification }).then(() => closed);
};

test("a click on a notification shows its chat in the window that was in front last", async () => {
  windows = ["/docs/", "/settings", "/"].map((path) => ({ url: ORIGIN + path, heard: [], focused: false }));
  expect(await click()).toBe(true);
  expect(windows.map(({ focused }) => focused)).toEqual([false, true, false]);
  expect(windows[1]?.heard).toEqual([{ type: "open", chat: "lake" }]);
  expect(opened).toEqual([]);
});

test("where no window is open, a click on a notification opens one", async () => {
  await click();
  expect(opened).toEqual(["/c/lake"]);
});

test("the worker's version is that of the files it keeps, so that another file comes with another worker", () => {
  const files = [...(/OFFLINE_FILES = \[(.*)\]/.exec(source)?.[1] ?? "").matchAll(/"\/([^"]+)"/g)];
  const digest = createHash("sha256");
  for (const file of ["offline.html", ...files.map(([, name = ""]) => name)]) {
    digest.update(readFileSync(`public/${file}`));
  }
  expect(/VERSION = "(.*)"/.exec(source)?.[1]).toBe(digest.digest("hex").slice(0, 12));
});
