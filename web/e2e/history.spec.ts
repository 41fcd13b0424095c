import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./support/test";

const MANY = 2_000;
const texts = Array.from(
  { length: MANY },
  (_, n) => `Message number ${n + 1} ${"and more words ".repeat(n % 9)}`,
);

/** The first message well within the view. */
function firstRead(page: Page): Promise<string> {
  return page.getByRole("log").evaluate((log) => {
    const edge = log.getBoundingClientRect().top + 80;
    for (const row of log.querySelectorAll("article")) {
      if (row.getBoundingClientRect().top >= edge)
        return /Message number \d+/.exec(row.textContent ?? "")?.[0] ?? "";
    }
    return "";
  });
}

/** Where it stands on the screen. */
async function place(row: Locator): Promise<number> {
  return Math.round((await row.boundingBox())?.y ?? Number.NaN);
}

test("history loads upwards without a jump, to the very first message", async ({ ada }) => {
  const chat = await ada.newChat("Long table");
  await ada.postMany(chat, texts.slice(0, 400));
  await ada.enter(chat);
  await expect(ada.row("Message number 400")).toBeVisible();

  // Older pages come while one reads: what is before one's eyes stays where it is.
  let release = () => {};
  const asked = new Promise<void>((seen) => {
    void ada.page.route(/\/messages\?.*before=/, async (route) => {
      seen();
      await new Promise<void>((done) => {
        release = done;
      });
      await route.continue();
    });
  });
  await ada.log.hover();
  await ada.page.mouse.wheel(0, -20_000);
  await asked;
  await expect.poll(() => firstRead(ada.page)).toMatch(/number 30\d/);
  const read = ada.row(new RegExp(`${await firstRead(ada.page)}\\b`));
  const before = await place(read);
  const answered = ada.page.waitForResponse(/\/messages\?.*before=/);
  release();
  await answered;
  await expect.poll(() => ada.log.evaluate((log) => log.scrollTop)).toBeGreaterThan(1_000);
  await expect.poll(async () => Math.abs((await place(read)) - before)).toBeLessThanOrEqual(1);

  await ada.page.unroute(/\/messages\?.*before=/);
  await expect(async () => {
    await ada.page.mouse.wheel(0, -50_000);
    await expect(ada.row(/Message number 1\b/)).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(ada.log.getByRole("heading", { name: "Long table" })).toBeVisible();
});

test("of a long room only what is about the view is in the page", async ({ ada }) => {
  const chat = await ada.newChat("Long table");
  await ada.postMany(chat, texts);
  await ada.enter(chat);
  await expect(ada.row(`Message number ${MANY}`)).toBeVisible();
  await ada.log.hover();
  for (let turn = 0; turn < 10; turn++) await ada.page.mouse.wheel(0, -5_000);
  expect(await ada.log.getByRole("article").count()).toBeLessThan(80);
});

test("one comes back to the line above what is new, and a button leads to the newest", async ({
  ada,
  ben,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.postMany(chat, texts.slice(0, 40));
  await ben.call("POST", `/chats/${chat}/mark-read`, {});
  await ada.postMany(chat, texts.slice(40, 100));
  await ben.enter(chat);
  await expect(ben.log.getByText("New", { exact: true })).toBeVisible();
  await expect(ben.row("Message number 41")).toBeVisible();
  await expect(ben.row("Message number 100")).not.toBeInViewport();
  await ben.page.getByRole("button", { name: /new messages|Jump to latest/ }).click();
  await expect(ben.row("Message number 100")).toBeInViewport();
});

test("whoever reads further up is not pulled down by what comes", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.postMany(chat, texts.slice(0, 60));
  await ben.call("POST", `/chats/${chat}/mark-read`, {});
  await ben.enter(chat);
  await expect(ben.row("Message number 60")).toBeVisible();
  await ben.log.hover();
  await ben.page.mouse.wheel(0, -800);
  await expect(ben.row("Message number 60")).not.toBeInViewport();
  await expect(ben.page.getByRole("button", { name: "Jump to latest" })).toBeVisible();
  const read = ben.row(new RegExp(`${await firstRead(ben.page)}\\b`));
  const before = await place(read);
  await ada.post(chat, "Something new");
  await expect(ben.page.getByRole("button", { name: "1 new message" })).toBeVisible();
  expect(await place(read)).toBe(before);
});

test("a link to a message opens the room there", async ({ ada }) => {
  const chat = await ada.newChat("Long table");
  await ada.postMany(chat, texts.slice(0, 300));
  await ada.page.goto(`/c/${chat}?at=51`);
  await expect(ada.row(/Message number 50\b/)).toBeInViewport();
  await ada.page.getByRole("button", { name: "Jump to latest" }).click();
  await expect(ada.row("Message number 300")).toBeInViewport();
});
