// The service worker. It keeps no page of the app: a window always shows what the server has now, or says that
// there is no server. Why it is written by hand: docs/decisions/0006-own-service-worker.md.

// The digest of the files below; a test computes it. Another one is another worker, which fetches them anew.
const VERSION = "5f6d54fb9a7e";
const OFFLINE = `offline-${VERSION}`;
const OFFLINE_PAGE = "/offline.html";
const OFFLINE_FILES = [OFFLINE_PAGE, "/offline.css", "/offline.js", "/theme.js"];

const ASSETS = "assets";
// Some versions of the app: a tab of the last one may still want what the server no longer has.
const ASSETS_KEPT = 150;

addEventListener("install", (event) => {
  // No worker before this one kept anything that a page of its time would miss.
  skipWaiting();
  event.waitUntil(keepOffline());
});

async function keepOffline() {
  const cache = await caches.open(OFFLINE);
  // Past the browser's own cache, which may hold what they were before.
  await cache.addAll(OFFLINE_FILES.map((path) => new Request(path, { cache: "reload" })));
}

addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  for (const name of await caches.keys()) {
    if (name !== OFFLINE && name !== ASSETS) await caches.delete(name);
  }
  // The browser asks for the page while the worker still wakes up.
  await registration.navigationPreload?.enable();
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || !isOwn(pathname)) return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(event));
  else if (OFFLINE_FILES.includes(pathname)) event.respondWith(offlineFile(event.request));
});

/** Whether an address is the app's, and none of the server's other doors. */
function isOwn(pathname) {
  return !/^\/(api|ws|docs)(\/|$)/.test(pathname);
}

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await kept(OFFLINE_PAGE)) ?? Response.error();
  }
}

async function offlineFile(request) {
  try {
    return await fetch(request);
  } catch {
    return (await kept(request)) ?? Response.error();
  }
}

function kept(file) {
  return caches.match(file, { cacheName: OFFLINE });
}

/** Their names carry a digest of their content, so the one that is kept is the right one, whatever varies. */
async function asset(event) {
  const cache = await caches.open(ASSETS);
  const known = await cache.match(event.request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keep(cache, event.request, answer.clone()));
  return answer;
}

async function keep(cache, request, answer) {
  try {
    await cache.put(request, answer);
    // In the order in which they came: the oldest first.
    const requests = await cache.keys();
    const surplus = requests.slice(0, Math.max(0, requests.length - ASSETS_KEPT));
    await Promise.all(surplus.map((old) => cache.delete(old)));
  } catch {
    // The disk is full. Then it comes from the network every time.
  }
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openChat(event.notification.data.chat));
});

async function openChat(chat) {
  // The one that had the focus last comes first.
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const window = windows.find(({ url }) => isOwn(new URL(url).pathname));
  if (!window) return clients.openWindow(`/c/${chat}`);
  // The page goes there itself, without a reload: src/state/notify.ts.
  window.postMessage({ type: "open", chat });
  await window.focus();
}
