import type { Page } from "@playwright/test";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

type Shown = { title: string; body: string };

/**
 * Allows notifications, and keeps what the page shows by the browser's own interface: a browser without a desktop
 * now and then drops what it was told to show.
 */
async function allow({ context }: Person): Promise<void> {
  await context.grantPermissions(["notifications"]);
  await context.addInitScript(() => {
    // An empty page has no worker.
    if (!isSecureContext) return;
    const shown = new Map<string, Shown>();
    Object.assign(window, { shown });
    const worker = ServiceWorkerRegistration.prototype;
    worker.showNotification = async (title, { body = "", tag = "" } = {}) => {
      shown.set(tag, { title, body });
    };
    worker.getNotifications = async ({ tag } = {}) =>
      [...shown.keys()]
        .filter((known) => tag === undefined || known === tag)
        .map((known) => ({ close: () => shown.delete(known) }) as unknown as Notification);
  });
}

function shown(page: Page): Promise<Shown[]> {
  return page.evaluate(() => [...(window as unknown as { shown: Map<string, Shown> }).shown.values()]);
}

/** In another chat. */
async function lookAway(person: Person): Promise<void> {
  await person.enter(await person.newChat("Elsewhere"));
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
}

test("a message elsewhere notifies once, counts in the title, and is gone when it is read", async ({
  ada,
  ben,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await allow(ada);
  await lookAway(ada);
  const other = await ada.context.newPage();
  await other.goto("/");
  await expect(other.getByRole("link").filter({ hasText: "Kitchen table" })).toBeVisible();
  await ben.post(chat, "Dinner is ready");
  await expect
    .poll(() => shown(ada.page))
    .toEqual([{ title: "ben in Kitchen table", body: "Dinner is ready" }]);
  await expect(ada.page).toHaveTitle("(1) Elsewhere");
  await ben.post(chat, "It is getting cold");
  await expect
    .poll(() => shown(ada.page))
    .toEqual([{ title: "ben in Kitchen table", body: "It is getting cold\n2 new messages" }]);
  await expect(ada.page).toHaveTitle("(2) Elsewhere");
  expect(await shown(other)).toEqual([]);
  await ada.chat("Kitchen table").click();
  await expect(ada.page).toHaveTitle("Kitchen table");
  await expect.poll(() => shown(ada.page)).toEqual([]);
});

test("whoever asked and looks elsewhere hears that the answer is ready", async ({ ada, standin }) => {
  const chat = await ada.newChat("Kitchen table");
  await allow(ada);
  await ada.enter(chat);
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const held = await standin.hold({ text: "Forty-two.", chunkSize: 3 });
  await ada.say("/bot What is it?");
  await held.release(1);
  await ada.newChat("Elsewhere");
  await ada.chat("Elsewhere").click();
  await expect(ada.page.getByRole("heading", { name: "Elsewhere", level: 1 })).toBeVisible();
  expect(await shown(ada.page)).toEqual([]);
  await held.open();
  await expect.poll(() => shown(ada.page)).toEqual([{ title: "Your answer is ready", body: "Forty-two." }]);
});

test("each chat notifies as its level says", async ({ ada, ben }) => {
  const [all, mentions, none] = await Promise.all(
    ["All", "Mentions", "None"].map((name) => ada.newChat(name, ben)),
  );
  await ada.call("PATCH", `/chats/${mentions}/me`, { notify: "mentions" });
  await allow(ada);
  await ada.enter(none ?? "");
  await ada.page.getByRole("button", { name: "Notifications: Every message" }).click();
  await ada.page.getByRole("menuitemradio", { name: "None" }).click();
  await expect(ada.chat("None").getByRole("img", { name: "Muted" })).toBeVisible();
  await lookAway(ada);
  await expect(ada.chat("Mentions")).toBeVisible();
  for (const chat of [none, mentions, all]) await ben.post(chat ?? "", "Everybody?");
  await expect.poll(() => shown(ada.page)).toEqual([{ title: "ben in All", body: "Everybody?" }]);
  for (const chat of [none, mentions]) await ben.post(chat ?? "", "@ada?");
  await expect
    .poll(async () => (await shown(ada.page)).map(({ title }) => title).sort())
    .toEqual(["ben in All", "ben in Mentions"]);
});

test("what is before one's eyes does not notify", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  const other = await ada.newChat("Elsewhere", ben);
  await allow(ada);
  await ada.enter(chat);
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await ben.post(chat, "Here");
  await expect(ada.row("Here")).toBeVisible();
  await ben.post(other, "There");
  await expect.poll(() => shown(ada.page)).toEqual([{ title: "ben in Elsewhere", body: "There" }]);
});

test("without permission nothing is asked for until somebody clicks", async ({ ada }) => {
  await ada.page.addInitScript(() => {
    const asked: string[] = [];
    Object.assign(window, { asked });
    Notification.requestPermission = async () => {
      asked.push("asked");
      return "denied";
    };
    Object.defineProperty(Notification, "permission", {
      get: () => (asked.length > 0 ? "denied" : "default"),
    });
  });
  const asked = () => ada.page.evaluate(() => (window as unknown as { asked: string[] }).asked.length);
  await ada.page.goto("/settings/notifications");
  const button = ada.page.getByRole("button", { name: "Allow notifications" });
  await expect(button).toBeVisible();
  expect(await asked()).toBe(0);
  await button.click();
  await expect(ada.page.getByText("Blocked by the browser")).toBeVisible();
  expect(await asked()).toBe(1);
});
