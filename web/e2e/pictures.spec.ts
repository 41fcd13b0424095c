import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import type { ChatId } from "../src/gen/api";
import type { Held, Standin } from "./support/standin";
import { expect, type Person, test } from "./support/test";

const TRAINS = `Here are both, for four of you and the dog:

| | Train | Car |
|---|---|---|
| Time | 1 h 50 | 1 h 25 |
| Cost | €58 | €43 with parking |
| Dog | rides free | on the back seat |

**The train**, if nobody minds the half hour: it goes every hour, and you can walk from the station to the lake in ten minutes.`;

const PACKING = `For two days at the lake:

1. Swimming things and a towel each
2. Something warm for the evening; it cools down quickly by the water
3. The blanket, the good knife, and a lead for the dog
4. Sun cream, and a hat for Ben`;

/** A room in which something is going on, as a visitor of the project would want to see it. */
async function furnish(ada: Person, ben: Person, cleo: Person): Promise<ChatId> {
  for (const [person, display_name] of [
    [ada, "Ada"],
    [ben, "Ben"],
    [cleo, "Cleo"],
  ] as const) {
    await person.call("PATCH", "/auth/me", { display_name });
  }
  const books = await ben.newChat("Book club", ada, cleo);
  await ben.post(books, "Chapter five until Thursday?");
  const choir = await cleo.newChat("Choir", ada);
  await cleo.post(choir, "Rehearsal moves to eight");
  await cleo.post(choir, "@ada can you bring the notes?");
  await ada.call("POST", "/chats", { kind: "ai", name: "Recipes" });
  const { id: privately } = await ada.call<{ id: ChatId }>("POST", "/chats", {
    kind: "private",
    participant_usernames: ["cleo"],
  });
  await cleo.post(privately, "See you at the station!");
  const chat = await ada.newChat("Lake weekend", ben, cleo);
  await ada.post(chat, "The forecast says **28 degrees** on Saturday. Who is in?");
  await ben.post(chat, "Me, and the dog!");
  await cleo.post(chat, "Count me in. Train or car?");
  return chat;
}

/** The conversation, at a moment when a second answer comes. */
async function talk(ada: Person, ben: Person, cleo: Person, standin: Standin): Promise<{ held: Held }> {
  const chat = await furnish(ada, ben, cleo);
  await ada.enter(chat);
  await expect(ada.row("Train or car?")).toBeVisible();
  await standin.answer({ text: TRAINS, chunkSize: 40 });
  await ada.post(chat, "/bot compare both, dog included");
  await expect(ada.row("ten minutes")).toBeVisible();
  await ben.post(chat, "Train it is, then.");
  const held = await standin.hold({ text: PACKING, chunkSize: 20 });
  await cleo.enter(chat);
  await ben.enter(chat);
  await cleo.post(chat, "/bot what should we pack?");
  await held.release(9);
  await expect(ada.row("For two days").locator(".writing")).toBeVisible();
  await expect(ada.row("Something warm")).toBeVisible();
  return { held };
}

async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env["PICTURES"] ?? "test-results/pictures";
  // Where there is no pointer, nothing is pointed at; what moves has come to rest.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: resolve(directory, `${name}.png`), animations: "disabled", caret: "hide" });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the room has its picture taken", async ({ ada, ben, cleo, standin }) => {
      const { held } = await talk(ada, ben, cleo, standin);
      await ada.page.getByRole("button", { name: /^Members, / }).click();
      await expect(ada.page.getByRole("complementary", { name: "Members" })).toContainText("@cleo");
      await picture(ada.page, `room-${colorScheme}`);
      await held.open();
    });

    test("the other pages have theirs taken", async ({ ada, visitor }) => {
      await ada.call("PATCH", "/auth/me", { display_name: "Ada" });
      const chat = await ada.newChat("Lake weekend");
      const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, {});
      const page = await visitor();
      for (const [name, path] of Object.entries({
        login: "/login",
        register: "/register",
        join: `/join/${code}`,
      })) {
        await page.goto(path);
        await expect(page.getByRole("heading").first()).toBeVisible();
        await picture(page, `${name}-${colorScheme}`);
      }
      await ada.enter(chat);
      await picture(ada.page, `empty-${colorScheme}`);
      await ada.page.getByRole("log").getByRole("button", { name: "Invite people" }).click();
      await ada.page.getByRole("tab", { name: "By link" }).click();
      await expect(ada.page.getByLabel("Invite link")).toBeVisible();
      await ada.page.getByRole("button", { name: "QR code" }).click();
      await expect(ada.page.getByRole("img", { name: /^QR code for/ })).toBeVisible();
      await picture(ada.page, `invite-${colorScheme}`);
      for (const settings of ["profile", "appearance", "notifications", "sessions"]) {
        await ada.page.goto(`/settings/${settings}`);
        await expect(ada.page.getByRole("heading", { level: 2 }).first()).toBeVisible();
        await expect(ada.page.locator("#main [aria-busy=true]")).toHaveCount(0);
        await picture(ada.page, `settings-${settings}-${colorScheme}`);
      }
      await ada.page.keyboard.press("Control+k");
      await expect(ada.page.getByRole("option").first()).toBeVisible();
      await picture(ada.page, `palette-${colorScheme}`);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(colorScheme, () => {
      test.use({ colorScheme });

      test("room and chats have their picture taken", async ({ ada, ben, cleo, standin }) => {
        const { held } = await talk(ada, ben, cleo, standin);
        await picture(ada.page, `phone-room-${colorScheme}`);
        await ada.page.getByRole("link", { name: "Back to the chats" }).tap();
        await expect(ada.chat("Choir")).toBeVisible();
        await picture(ada.page, `phone-chats-${colorScheme}`);
        await held.open();
      });
    });
  }
});
