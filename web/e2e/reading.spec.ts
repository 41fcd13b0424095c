import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";

const paragraph = "Bread, then cheese, then a long walk by the lake, and back before it gets dark.";
const LONG = Array.from({ length: 60 }, (_, n) => `${n + 1}: ${paragraph}`).join("\n\n");
const texts = Array.from({ length: 80 }, (_, n) => `Message number ${n + 1}`);

/** How much of the log lies below what is in view. */
function below(page: Page): Promise<number> {
  return page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

/** How far below the log's upper edge a row begins. */
function depth(page: Page, text: string): Promise<number> {
  return page.getByRole("log").evaluate((log, text) => {
    const row = [...log.querySelectorAll("article")].find((one) => one.textContent?.includes(text));
    return (row?.getBoundingClientRect().top ?? Number.NaN) - log.getBoundingClientRect().top;
  }, text);
}

test("a long answer is followed until its head is at the top, and stays there", async ({ ada, standin }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.postMany(chat, texts);
  await ada.enter(chat);
  const held = await standin.hold({ text: LONG, chunkSize: 100 });
  await ada.say("/bot Tell me everything");
  await held.release(5);
  await expect(ada.row("1: Bread")).toBeVisible();
  await expect.poll(() => below(ada.page)).toBeLessThanOrEqual(1);

  await held.release(40);
  const writing = ada.page.getByRole("button", { name: "Still writing" });
  await expect(writing).toBeVisible();
  await expect.poll(() => below(ada.page)).toBeGreaterThan(1_000);
  expect(Math.abs(await depth(ada.page, "1: Bread"))).toBeLessThan(10);

  // Whoever wants the end has it, and keeps it.
  await writing.click();
  await expect.poll(() => below(ada.page)).toBeLessThanOrEqual(1);
  await held.open();
  await expect(ada.row("60: Bread")).toBeVisible();
  await expect.poll(() => below(ada.page)).toBeLessThanOrEqual(1);
});

test("one turn of the wheel is enough to be left in peace", async ({ ada, standin }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.postMany(chat, texts);
  await ada.enter(chat);
  const held = await standin.hold({ text: LONG, chunkSize: 100 });
  await ada.say("/bot Tell me everything");
  await held.release(3);
  await expect(ada.row("1: Bread")).toBeVisible();
  await ada.log.hover();
  await ada.page.mouse.wheel(0, -120);
  await expect.poll(() => below(ada.page)).toBeGreaterThan(50);
  const before = await depth(ada.page, "1: Bread");
  await held.release(20);
  await expect(ada.page.getByRole("button", { name: "Jump to latest" })).toBeVisible();
  expect(await depth(ada.page, "1: Bread")).toBe(before);
});

test("one comes back to a room where one was reading", async ({ ada }) => {
  const table = await ada.newChat("Kitchen table");
  const garden = await ada.newChat("Garden");
  await ada.postMany(table, texts);
  await ada.postMany(garden, ["Roses"]);
  await ada.enter(table);
  await ada.log.hover();
  await ada.page.mouse.wheel(0, -700);
  await expect(ada.row("Message number 40")).toBeInViewport();
  await expect(ada.page.getByRole("button", { name: "Jump to latest" })).toBeVisible();
  const before = await depth(ada.page, "Message number 40");
  await ada.chat("Garden").click();
  await expect(ada.row("Roses")).toBeVisible();
  await ada.chat("Kitchen table").click();
  await expect(ada.row("Message number 40")).toBeInViewport();
  await expect.poll(() => depth(ada.page, "Message number 40")).toBe(before);
});

test("a quote leads to what it quotes, however far back", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  const first = await ada.post(chat, "The very first thought");
  await ada.postMany(chat, [...texts, ...texts]);
  await ada.post(chat, "Coming back to that", { reply_to: first.id });
  await ada.enter(chat);
  await ada
    .row("Coming back to that")
    .getByRole("button", { name: /^Answers ada/ })
    .click();
  await expect(ada.log.locator("article[data-flash]")).toContainText("The very first thought");
  await expect(ada.row("The very first thought")).toBeInViewport();
});
