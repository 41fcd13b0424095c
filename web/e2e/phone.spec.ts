import type { Page } from "@playwright/test";
import { expect, PASSWORD, type Person, test } from "./support/test";

test.use({ viewport: { width: 360, height: 844 }, hasTouch: true, isMobile: true });

const WIDE = [
  "averyveryveryveryverylongwordwithoutanyplacetobreakitwhatsoeverinallitslengthbecausenobodyputone",
  "https://example.org/a/very/long/address/that/goes/on?and=on&and=on&until=it&is=longer&than=any&phone=is",
  "```\na line of code that is a good deal longer than three hundred and sixty pixels are wide, as lines are\n```",
  "| one | two | three | four | five | six |\n|---|---|---|---|---|---|\n| a longer cell | another | third | fourth | fifth | sixth |",
  "$$\\int_0^1 x^2 + 2x + 1 + \\frac{a+b+c+d+e+f}{g} + x^3 + y^3 + z^3 + u^3 + v^3 + w^3 \\, dx = 1$$",
].join("\n\n");

async function expectNoSideways(page: Page): Promise<void> {
  const sideways = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const log = document.querySelector("[role=log]");
    return { page: scrollWidth - clientWidth, log: log ? log.scrollWidth - log.clientWidth : 0 };
  });
  expect(sideways).toEqual({ page: 0, log: 0 });
}

test("no page of whoever is out scrolls sideways", async ({ ada, visitor, server }) => {
  const chat = await ada.newChat("A rather long name for a chat, as people give them to theirs");
  const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, {});
  const page = await visitor();
  for (const path of [
    "/login",
    "/register",
    server.setupLink ?? "",
    "/setup",
    `/join/${code}`,
    "/join/none",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading").first()).toBeVisible();
    await expectNoSideways(page);
  }
});

test("no page of whoever is in scrolls sideways", async ({ ada, ben }) => {
  const chat = await ada.newChat("A rather long name for a chat, as people give them to theirs", ben);
  await ben.post(chat, WIDE);
  await ada.page.goto("/");
  await expect(ada.chat("A rather long name")).toBeVisible();
  await expectNoSideways(ada.page);
  await ada.enter(chat);
  await expect(ada.row("averyvery").locator("math")).toBeVisible();
  await expectNoSideways(ada.page);
  for (const page of ["", "/profile", "/password", "/sessions", "/appearance", "/notifications", "/usage"]) {
    await ada.page.goto(`/settings${page}`);
    await expect(ada.page.getByRole("heading").first()).toBeVisible();
    await expectNoSideways(ada.page);
  }
});

test("no dialog scrolls the page sideways", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const menu = async (item: string) => {
    await ada.page.getByRole("button", { name: "More for this chat" }).tap();
    await ada.page.getByRole("menuitem", { name: item }).tap();
    await expect(ada.page.getByRole("dialog").or(ada.page.getByRole("alertdialog"))).toBeVisible();
    await expectNoSideways(ada.page);
    await ada.page.keyboard.press("Escape");
    await expect(ada.page.getByRole("dialog").or(ada.page.getByRole("alertdialog"))).toHaveCount(0);
  };
  for (const item of ["Invite people", "Rename…", "Leave…", "Delete chat…"]) await menu(item);
  await ada.page.getByRole("button", { name: /^Members, / }).tap();
  await expect(ada.page.getByRole("dialog", { name: "Members" })).toBeVisible();
  await expectNoSideways(ada.page);
});

test("the whole way from log-in to an answer fits a phone", async ({ ada, visitor, standin }) => {
  await standin.play({ text: "Bread and cheese." });
  const page = await visitor();
  await page.goto("/");
  await page.getByLabel("Username or email").fill(ada.name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).tap();
  await page.getByRole("button", { name: "Start a chat" }).tap();
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Kitchen table");
  await page.getByRole("dialog").getByRole("button", { name: "Create chat" }).tap();
  await page.locator("#main textarea").fill("/bot What is for dinner?");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(page.getByRole("log").getByText("Bread and cheese.")).toBeVisible();
  await page.getByRole("link", { name: "Back to the chats" }).tap();
  await expect(page.getByRole("navigation", { name: "Chats" })).toContainText("Bread and cheese.");
});

const bottom = ({ log }: Person) =>
  log.evaluate((list) => Math.round(list.scrollHeight - list.scrollTop - list.clientHeight));

test("the keyboard that comes up leaves the newest message in sight", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ben.postMany(
    chat,
    Array.from({ length: 60 }, (_, n) => `Message number ${n + 1}`),
  );
  await ada.call("POST", `/chats/${chat}/mark-read`, {});
  await ada.enter(chat);
  await expect(ada.row("Message number 60")).toBeInViewport();
  await ada.box.tap();
  await ada.page.setViewportSize({ width: 360, height: 420 });
  await expect(ada.row("Message number 60")).toBeInViewport({ ratio: 1 });
  await expect.poll(() => bottom(ada)).toBeLessThanOrEqual(1);
  await expect(ada.box).toBeInViewport({ ratio: 1 });
  await ada.page.setViewportSize({ width: 360, height: 844 });
  await expect(ada.row("Message number 60")).toBeInViewport({ ratio: 1 });
  await expect.poll(() => bottom(ada)).toBeLessThanOrEqual(1);
});

test("a long press opens what one can do with a message", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.post(chat, "Press me");
  await ada.enter(chat);
  await ada.row("Press me").dispatchEvent("pointerdown", {
    pointerType: "touch",
    isPrimary: true,
    clientX: 100,
    clientY: 100,
    button: 0,
  });
  await expect(ada.page.getByRole("menuitem", { name: "Edit" })).toBeVisible();
});
