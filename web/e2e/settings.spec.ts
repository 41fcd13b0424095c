import { expect, PASSWORD, test } from "./support/test";

test("the theme holds at once, in every tab and from the first moment of the next visit", async ({ ada }) => {
  const dark = () => ada.page.evaluate(() => document.documentElement.classList.contains("dark"));
  await ada.page.goto("/settings/appearance");
  await ada.page.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(dark).toBe(true);
  const other = await ada.context.newPage();
  // Before any of the app's own code has run: nobody is dazzled for a moment.
  await other.route("**/assets/*.js", () => undefined);
  await other.goto("/", { waitUntil: "commit" });
  await expect(other.locator("html")).toHaveClass(/dark/);
  await other.close();
  await ada.page.getByRole("radio", { name: "As the system" }).check();
  await expect.poll(dark).toBe(false);
  await ada.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(dark).toBe(true);
});

test("another language is spoken at once, and by the page itself", async ({ ada }) => {
  await ada.page.goto("/settings/appearance");
  await ada.page.getByRole("radio", { name: "Deutsch" }).check();
  await expect(ada.page.getByRole("heading", { name: "Darstellung", level: 1 })).toBeVisible();
  await expect(ada.page.locator("html")).toHaveAttribute("lang", "de");
  await ada.page.reload();
  await expect(ada.page.getByRole("heading", { name: "Darstellung", level: 1 })).toBeVisible();
});

test("a browser that speaks German is spoken to in German", async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, locale: "de-AT" });
  const page = await context.newPage();
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Anmelden" })).toBeVisible();
  await context.close();
});

test("a new name is seen by the others at once", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.post(chat, "Who am I?");
  await ben.enter(chat);
  await expect(ben.row("Who am I?")).toContainText("ada");
  await ada.page.goto("/settings/profile");
  await ada.page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(ben.row("Who am I?")).toContainText("Ada Lovelace");
});

test("a new password logs out the other devices, and is the one that works", async ({ ada, visitor }) => {
  const other = await visitor();
  const logIn = async (password: string) => {
    await other.getByLabel("Username or email").fill("ada");
    await other.getByLabel("Password", { exact: true }).fill(password);
    await other.getByRole("button", { name: "Log in" }).click();
  };
  await other.goto("/login");
  await logIn(PASSWORD);
  await expect(other.getByRole("button", { name: "Account of ada" })).toBeVisible();

  await ada.page.goto("/settings/password");
  await ada.page.getByLabel("Current password").fill("not the password");
  await ada.page.getByLabel("New password").fill("another horse entirely");
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await expect(ada.page.getByText("This is not your password.")).toBeVisible();
  await ada.page.getByLabel("Current password").fill(PASSWORD);
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await expect(ada.page.getByText("Your password is changed.")).toBeVisible();

  await expect(other.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await logIn(PASSWORD);
  await expect(other.getByText("The username or the password is wrong.")).toBeVisible();
  await logIn("another horse entirely");
  await expect(other.getByRole("button", { name: "Account of ada" })).toBeVisible();
});

test("the list of devices ends one of them, and all", async ({ ada, visitor }) => {
  const other = await visitor();
  await other.goto("/login");
  await other.getByLabel("Username or email").fill("ada");
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Log in" }).click();
  await expect(other.getByRole("button", { name: "Account of ada" })).toBeVisible();

  await ada.page.goto("/settings/sessions");
  await expect(ada.page.getByText("This one")).toBeVisible();
  await ada.page.getByRole("button", { name: /^Log out Chrome/ }).click();
  await expect(other.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(ada.page.getByRole("button", { name: /^Log out Chrome/ })).toHaveCount(0);
  await ada.page.getByRole("button", { name: "Log out everywhere" }).click();
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Log out everywhere" }).click();
  await expect(ada.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("a deleted account leaves its messages and nothing else", async ({ ada, ben }) => {
  const chat = await ben.newChat("Kitchen table", ada);
  await ada.post(chat, "Remember me");
  await ben.enter(chat);
  await ada.page.goto("/settings/profile");
  await ada.page.getByRole("button", { name: "Delete account…" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await expect(ada.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(ben.row("ada left")).toBeVisible();
  await ben.page.reload();
  await expect(ben.row("Remember me")).toBeVisible();
});
