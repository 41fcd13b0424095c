import type { Page } from "@playwright/test";
import { expect, PASSWORD, test } from "./support/test";

/** Tab by tab, as somebody does who has no pointer. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const focused = page.locator(":focus");
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if ((await focused.count()) === 0) continue;
    const named = await focused.evaluate((element) => {
      const label = (element as HTMLInputElement).labels?.[0]?.textContent;
      return element.getAttribute("aria-label") ?? label ?? element.textContent ?? "";
    });
    if (typeof name === "string" ? named.trim() === name : name.test(named)) return;
  }
  throw new Error(`the Tab key never comes to ${name}`);
}

/** From the box below the messages to the last one of them. */
async function toLastMessage(page: Page): Promise<void> {
  const log = page.getByRole("log");
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Shift+Tab");
    if (await log.evaluate((one) => one === document.activeElement)) break;
  }
  await page.keyboard.press("ArrowUp");
}

/** Whoever has the focus sees where it is. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const focus = page.locator(":focus");
  await expect(focus).toHaveCount(1);
  const [outline, shadow] = await focus.evaluate((element) => {
    const ring = (one: Element) =>
      getComputedStyle(one).outlineStyle !== "none" && getComputedStyle(one).outlineWidth !== "0px";
    // A box of several parts shows it around all of them.
    const around = element.closest("form, label, [class*=has-focus], [class*=focus-within]");
    return [
      ring(element) || (around !== null && (ring(around) || [...around.querySelectorAll("*")].some(ring))),
      getComputedStyle(element).boxShadow !== "none",
    ];
  });
  expect(outline || shadow).toBe(true);
}

test("from registration to an answer, a reply, an edit and the way out, by keyboard alone", async ({
  visitor,
  standin,
}) => {
  await standin.play({ text: "Bread and cheese." });
  const page = await visitor();
  const { keyboard } = page;
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  await tabTo(page, "Create account");
  await expectVisibleFocus(page);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Create your account" })).toBeVisible();
  for (const [box, text] of [
    ["Username", "ada"],
    ["Email", "ada@example.org"],
    ["Password", PASSWORD],
  ] as const) {
    await tabTo(page, box);
    await expectVisibleFocus(page);
    await keyboard.type(text);
  }
  await keyboard.press("Enter");

  await expect(page.getByRole("main").getByRole("button", { name: "Start a chat" })).toBeVisible();
  await tabTo(page, /^Start a chat/);
  await expectVisibleFocus(page);
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "New chat" });
  await expect(dialog.getByLabel("Name", { exact: true })).toBeFocused();
  await keyboard.type("Kitchen table");
  await keyboard.press("Enter");

  // The box is ready without a further key.
  const box = page.locator("#main textarea");
  await expect(box).toBeFocused();
  await expectVisibleFocus(page);
  await keyboard.type("/bot What is for dinner?");
  await keyboard.press("Enter");
  const log = page.getByRole("log");
  await expect(log.getByText("Bread and cheese.")).toBeVisible();
  await keyboard.type("Mine");
  await keyboard.press("Enter");
  await expect(log.getByText("Sent")).toBeVisible();

  // Into the messages, to the last one, and what its keys do.
  await toLastMessage(page);
  await expect(log.getByRole("article").filter({ hasText: "Mine" })).toBeFocused();
  await expectVisibleFocus(page);
  await keyboard.press("e");
  await expect(box).toBeFocused();
  await expect(box).toHaveValue("Mine");
  await keyboard.type(" own");
  await keyboard.press("Enter");
  await expect(log.getByText("Mine own")).toBeVisible();
  await toLastMessage(page);
  await keyboard.press("ArrowUp");
  await expect(log.getByRole("article").filter({ hasText: "Bread and cheese." })).toBeFocused();
  await keyboard.press("r");
  await expect(page.getByText("Replying to Gemini")).toBeVisible();
  await keyboard.type("Lovely");
  await keyboard.press("Enter");
  await expect(log.getByRole("article").filter({ hasText: "Lovely" })).toBeVisible();

  // The menu of a message, and back.
  await toLastMessage(page);
  await keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Delete" })).toBeVisible();
  await keyboard.press("Escape");
  await expect(log.getByRole("article").filter({ hasText: "Lovely" })).toBeFocused();

  // As fast as somebody types who knows what is there.
  await keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "A chat, a person or an action…" })).toBeFocused();
  await keyboard.type("log out");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("a dialog keeps the focus, and gives it back where it was", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  const { page } = ada;
  await page.getByRole("button", { name: "More for this chat" }).focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("menu");
  await expect(menu).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "More for this chat" })).toBeFocused();
  await page.keyboard.press("Control+/");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  for (let presses = 0; presses < 6; presses++) {
    await page.keyboard.press("Tab");
    expect(
      await dialog.evaluate(
        (one) =>
          one.contains(document.activeElement) ||
          document.activeElement?.hasAttribute("data-base-ui-focus-guard"),
      ),
    ).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: "More for this chat" })).toBeFocused();
});

test("a screen reader hears of a message once, and of a reply at its start and end", async ({
  ada,
  ben,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.page.addInitScript(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = (target instanceof Element ? target : target.parentElement)?.closest(
          "[aria-live=polite], [aria-live=assertive]",
        );
        const text = region?.textContent?.trim();
        if (text && said.at(-1) !== text) said.push(text);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  const said = () => ada.page.evaluate(() => (window as unknown as { said: string[] }).said);
  await ada.enter(chat);
  await ben.enter(chat);
  await ben.say("Dinner is ready");
  await expect.poll(said).toContainEqual(expect.stringContaining("Dinner is ready"));
  const held = await standin.hold({ text: "One by one the words of the answer come", chunkSize: 4 });
  await ben.say("/bot Say it");
  await expect(ada.row("Thinking…")).toBeVisible();
  for (let chunk = 0; chunk < 5; chunk++) await held.release(1);
  await expect(ada.row("One by one the")).toBeVisible();
  await held.open();
  await expect(ada.row("words of the answer come")).toBeVisible();
  await expect.poll(said).toContainEqual(expect.stringMatching(/has answered ben/));
  const all = await said();
  expect(all.filter((text) => text.includes("Dinner is ready"))).toHaveLength(1);
  expect(all.filter((text) => text.includes("is answering ben"))).toHaveLength(1);
  expect(all.filter((text) => text.includes("has answered ben"))).toHaveLength(1);
  // Nothing of the text while it came.
  expect(all.filter((text) => /One by one/.test(text)).length).toBeLessThanOrEqual(1);
});

test.describe("whoever wants no motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("gets none", async ({ ada, standin }) => {
    const chat = await ada.newChat("Kitchen table");
    await ada.enter(chat);
    const moving = () =>
      ada.page.evaluate(() =>
        document
          .getAnimations()
          .filter(
            (one) =>
              Number(one.effect?.getComputedTiming().duration ?? 0) > 50 && one.playState === "running",
          )
          .map((one) => (one as CSSAnimation).animationName ?? (one as CSSTransition).transitionProperty),
      );
    const held = await standin.hold({ text: "Slowly it comes", chunkSize: 4 });
    await ada.say("/bot Say it");
    await expect(ada.row("Thinking…")).toBeVisible();
    expect(await moving()).toEqual([]);
    await held.release(2);
    await expect(ada.row("Slowly")).toBeVisible();
    expect(await moving()).toEqual([]);
    await ada.page.keyboard.press("Control+k");
    await expect(ada.page.getByRole("option").first()).toBeVisible();
    expect(await moving()).toEqual([]);
    await held.open();
  });
});
