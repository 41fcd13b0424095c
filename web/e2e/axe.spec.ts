import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, type Person, test } from "./support/test";

const TEXT = [
  "# A heading\n\nSome **bold**, *slanted* and ~~struck~~ words, `code`, [a link](https://example.org/) and @ben.",
  "- one\n- two\n  1. three\n\n> a quotation\n\n- [x] done\n- [ ] to do",
  '```ts\n// a comment\nconst answer: number = 42; // and "more"\nexport function ask(what = "text") { return /re/g; }\n```',
  "```diff\n- before\n+ after\n```",
  "| one | two |\n|---|---|\n| 1 | 2 |\n\n$$\\frac{a}{b}$$",
].join("\n\n");

/** What axe finds: nothing serious on any page; how many lesser things is printed. */
class Examination {
  readonly #counts: [string, number][] = [];

  async look(page: Page, name: string): Promise<void> {
    // Nothing is judged while it fades in.
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .map((one) =>
            one.playState === "running" && one.effect?.getComputedTiming().iterations !== Infinity
              ? one.finished
              : undefined,
          ),
      ),
    );
    // One page is enough: the other mode opens a second one.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    this.#counts.push([name, violations.length]);
    const told = violations.map(
      ({ id, impact, nodes }) =>
        `${name}: ${impact} ${id} ${nodes.map(({ html }) => html.slice(0, 150)).join(" | ")}`,
    );
    for (const one of told) console.log(one);
    expect.soft(told.filter((one) => /: (serious|critical) /.test(one))).toEqual([]);
  }

  print(theme: string): void {
    console.log(`axe, ${theme}: ${this.#counts.map(([name, count]) => `${name} ${count}`).join(", ")}`);
  }
}

test("things are named as they are seen, for whoever speaks to their browser", async ({ ada, ben }) => {
  const expectAlike = async () => {
    // Not among axe's own choice yet.
    const axe = new AxeBuilder({ page: ada.page }).setLegacyMode().withRules("label-content-name-mismatch");
    expect((await axe.analyze()).violations.map(({ nodes }) => nodes.map(({ html }) => html))).toEqual([]);
  };
  await ada.page.goto("/");
  await expect(ada.page.getByRole("button", { name: "Account of ada" })).toBeVisible();
  await expectAlike();
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const said = await ada.post(chat, "Are you there?");
  await ben.post(chat, "Yes", { reply_to: said.id });
  await ben.call("POST", `/chats/${chat}/mark-read`, {});
  await expect(ada.row("Are you there?").getByRole("button", { name: "Read by ben" })).toBeVisible();
  await ada.page.getByRole("searchbox").fill("ben");
  await expect(ada.page.getByRole("button", { name: "Message ben @ben" })).toBeVisible();
  await ada.page.getByRole("button", { name: /^Members, / }).click();
  await expect(ada.page.getByRole("complementary", { name: "Members" })).toBeVisible();
  await expectAlike();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("axe finds nothing serious where nobody is in", async ({ ada, visitor, server }) => {
      const chat = await ada.newChat("Kitchen table");
      const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, {});
      const axe = new Examination();
      const page = await visitor();
      for (const [name, path] of Object.entries({
        login: "/login",
        register: "/register",
        setup: server.setupLink ?? "",
        "setup without a token": "/setup",
        join: `/join/${code}`,
        "dead invitation": "/join/none",
      })) {
        await page.goto(path);
        await expect(page.getByRole("heading").first()).toBeVisible();
        await axe.look(page, name);
      }
      await page.goto("/register");
      await page.getByLabel("Username").fill("a");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
      await axe.look(page, "register, refused");
      axe.print(colorScheme);
    });

    test("axe finds nothing serious in home and room, whatever happens there", async ({
      ada,
      ben,
      standin,
      wire,
      person,
    }) => {
      const axe = new Examination();
      await ada.page.goto("/");
      await expect(ada.page.getByRole("heading").first()).toBeVisible();
      await axe.look(ada.page, "home, new");

      const chat = await ada.newChat("Kitchen table", ben);
      await ada.enter(chat);
      await expect(ada.log.getByRole("button", { name: "Invite people" })).toBeVisible();
      await axe.look(ada.page, "room, empty");

      const first = await ben.post(chat, TEXT);
      const gone = await ben.post(chat, "Never mind");
      await ben.call("DELETE", `/chats/${chat}/messages/${gone.id}`);
      await ada.newChat("Unread", ben).then((other) => ben.post(other, "@ada, are you there?"));
      await standin.fail("safety-after-text");
      await ada.say("/bot Fail, please");
      await expect(ada.row("A filter stopped")).toBeVisible();
      const held = [];
      for (let count = 0; count < 3; count++) held.push(await standin.hold({ text: TEXT, chunkSize: 40 }));
      for (const question of ["one", "two", "three"]) await ada.say(`/bot ${question}`);
      await held[0]?.release(3);
      await expect(ada.row("A heading").last().locator(".writing")).toBeVisible();
      await axe.look(ada.page, "room, streaming");
      for (const one of held) await one.open();
      await expect(ada.log.locator("[aria-busy=true]")).toHaveCount(0);
      await ben.post(chat, "What do you say?", { reply_to: first.id });
      await ada.say("So it is");
      await ada.row("So it is").hover();
      await axe.look(ada.page, "room, full");
      await ada.act(ada.row("So it is"), "More");
      await expect(ada.page.getByRole("menu")).toBeVisible();
      await axe.look(ada.page, "message menu");
      await ada.page.keyboard.press("Escape");
      await ada.box.fill("/");
      await axe.look(ada.page, "commands");
      await ada.box.fill("@");
      await axe.look(ada.page, "mentions");
      await ada.box.fill("/dance");
      await ada.box.press("Enter");
      await axe.look(ada.page, "unknown command");
      await ada.box.fill("");

      const cut = await person("cleo", wire.url);
      await cut.enter(await cut.newChat("Tunnel"));
      wire.cut();
      await cut.say("Kept");
      await expect(cut.page.getByRole("region", { name: "No connection." })).toBeVisible();
      await axe.look(cut.page, "offline");
      axe.print(colorScheme);
    });

    test("axe finds nothing serious in dialogs, panels and settings", async ({ ada, ben }) => {
      const axe = new Examination();
      const chat = await ada.newChat("Kitchen table", ben);
      await ada.enter(chat);
      await examineDialogs(ada, axe);
      for (const page of ["profile", "password", "sessions", "appearance", "notifications", "usage"]) {
        await ada.page.goto(`/settings/${page}`);
        await expect(ada.page.getByRole("heading", { level: 2 }).first()).toBeVisible();
        await expect(ada.page.locator("#main [aria-busy=true]")).toHaveCount(0);
        await axe.look(ada.page, `settings, ${page}`);
      }
      await ada.page.goto("/nowhere");
      await expect(ada.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
      await axe.look(ada.page, "nowhere");
      axe.print(colorScheme);
    });

    test("axe finds nothing serious on a phone", async ({ ada, ben }) => {
      const axe = new Examination();
      const chat = await ada.newChat("Kitchen table", ben);
      await ben.post(chat, TEXT);
      await ada.page.setViewportSize({ width: 360, height: 740 });
      await ada.page.goto("/");
      await expect(ada.chat("Kitchen table")).toBeVisible();
      await axe.look(ada.page, "chats");
      await ada.enter(chat);
      await axe.look(ada.page, "room");
      await ada.page.getByRole("button", { name: /^Members, / }).click();
      await expect(ada.page.getByRole("dialog", { name: "Members" })).toBeVisible();
      await axe.look(ada.page, "members");
      await ada.page.goto("/settings");
      await expect(ada.page.getByRole("heading", { name: "Settings" })).toBeVisible();
      await axe.look(ada.page, "settings");
      axe.print(`${colorScheme}, phone`);
    });
  });
}

async function examineDialogs({ page }: Person, axe: Examination): Promise<void> {
  const close = async () => {
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog").or(page.getByRole("alertdialog"))).toHaveCount(0);
  };
  await page.getByRole("button", { name: /^Members, / }).click();
  await expect(page.getByRole("complementary", { name: "Members" })).toBeVisible();
  await axe.look(page, "members");

  await page.getByRole("button", { name: "Invite people" }).first().click();
  await page.getByRole("dialog").getByLabel("Name or username").fill("ben");
  await expect(page.getByRole("dialog").getByText("Here already")).toBeVisible();
  await axe.look(page, "invite by name");
  await page.getByRole("tab", { name: "By link" }).click();
  await page.getByRole("button", { name: "Create a link" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await axe.look(page, "invite by link");
  await close();

  for (const item of ["Rename…", "Leave…", "Delete chat…"]) {
    await page.getByRole("button", { name: "More for this chat" }).click();
    await page.getByRole("menuitem", { name: item }).click();
    await expect(page.getByRole("dialog").or(page.getByRole("alertdialog"))).toBeVisible();
    await axe.look(page, item);
    await close();
  }
  await page.getByRole("button", { name: "New chat" }).first().click();
  await expect(page.getByRole("dialog", { name: "New chat" })).toBeVisible();
  await axe.look(page, "new chat");
  await close();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option").first()).toBeVisible();
  await axe.look(page, "palette");
  await close();
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await axe.look(page, "shortcuts");
  await close();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await axe.look(page, "account menu");
  await page.keyboard.press("Escape");
}
