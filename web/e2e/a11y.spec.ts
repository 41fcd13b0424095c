import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, type Person, test } from "./support/test";

const TEXT = `A **table**, \`code\` and a [link](https://example.org):

| train | car |
|---|---|
| 1 h 50 | 1 h 25 |

\`\`\`rust
/// What it is.
fn main() { println!("{}", 42); } // why
\`\`\`

$$x^2 + y^2$$`;

/** Fails on what axe calls serious or critical, and prints what it found of each weight. */
async function isAccessible(page: Page, name: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  console.log(
    `axe, ${name}: ${grave.length} serious, ${violations.length} in all, ${passes.length} rules passed`,
  );
  const found = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  expect(grave, `${name}\n${found.join("\n")}`).toEqual([]);
}

async function furnish(ada: Person, ben: Person) {
  const chat = await ada.newChat("Lake weekend", ben);
  await ada.post(chat, TEXT);
  const asked = await ben.post(chat, "/bot compare both");
  await ada.post(chat, "And the dog?", { reply_to: asked.id });
  return chat;
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("the pages before the log-in have no serious issue", async ({ visitor, server }) => {
      const page = await visitor();
      await page.emulateMedia({ colorScheme });
      for (const path of ["/login", "/register", server.setupLink ?? "/setup?token=x", "/join/none"]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await isAccessible(page, `${path.replace(/=.*/, "=…")} ${colorScheme}`);
      }
    });

    test("a room, its menus and its dialogs have no serious issue", async ({ ada, ben }) => {
      const chat = await furnish(ada, ben);
      await ada.page.emulateMedia({ colorScheme });
      await ada.enter(chat);
      await expect(ada.row("A table")).toBeVisible();
      await expect(ada.log.locator("math").first()).toBeVisible();
      await isAccessible(ada.page, `room ${colorScheme}`);

      await ada.act(ada.row("And the dog?"), "More");
      await expect(ada.page.getByRole("menu")).toBeVisible();
      await isAccessible(ada.page, `menu of a message ${colorScheme}`);
      await ada.page.keyboard.press("Escape");

      await ada.page.keyboard.press("Control+k");
      await expect(ada.page.getByRole("dialog")).toBeVisible();
      await isAccessible(ada.page, `palette ${colorScheme}`);
      await ada.page.keyboard.press("Escape");

      await ada.box.fill("/");
      await expect(ada.page.getByRole("listbox")).toBeVisible();
      await isAccessible(ada.page, `commands ${colorScheme}`);
      await ada.box.fill("");
    });

    test("the settings have no serious issue", async ({ ada }) => {
      await ada.page.emulateMedia({ colorScheme });
      for (const name of ["profile", "password", "sessions", "appearance", "notifications"]) {
        await ada.page.goto(`/settings/${name}`);
        await expect(ada.page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(ada.page.locator("main :is(input, button):visible").first()).toBeVisible();
        await isAccessible(ada.page, `settings/${name} ${colorScheme}`);
      }
    });
  });
}

test("on a phone nothing is wider than the page, and nothing is serious", async ({ ada, ben }) => {
  const chat = await furnish(ada, ben);
  await ada.page.setViewportSize({ width: 360, height: 740 });
  for (const path of ["/", `/c/${chat}`, "/settings", "/settings/profile", "/settings/appearance"]) {
    await ada.page.goto(path);
    await expect(ada.page.getByRole("main")).toBeVisible();
    await ada.page.waitForLoadState("networkidle");
    expect(await ada.page.evaluate(() => document.documentElement.scrollWidth), path).toBe(360);
    await isAccessible(ada.page, `${path.replace(chat, "…")} at 360 px`);
  }
});
