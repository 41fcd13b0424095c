import { expect, PASSWORD, test } from "./support/test";

test("the printed setup link makes the administrator, once", async ({ server, visitor }) => {
  const page = await visitor();
  await page.goto(server.setupLink ?? "");
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create the administrator’s account" }).click();
  await expect(page.getByRole("heading", { name: /ada/ })).toBeVisible();

  const other = await visitor();
  await other.goto(server.setupLink ?? "");
  await other.getByLabel("Username").fill("ben");
  await other.getByLabel("Email").fill("ben@example.org");
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Create the administrator’s account" }).click();
  await expect(other.getByText(/setup link does not work|has an administrator already/)).toBeVisible();

  await server.stop();
  await server.start();
  expect(server.setupLink).toBeUndefined();
});

test("a first visit leaves no error in the console", async ({ visitor }) => {
  const page = await visitor();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto("/");
  await expect(page.getByLabel("Username or email")).toBeVisible();
  expect(errors).toEqual([]);
});

test("whoever registers is one click from a chat, and an empty chat says what to do", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/");
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();

  await page.getByRole("main").getByRole("button", { name: "Start a chat" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Kitchen table");
  await dialog.getByRole("button", { name: "Create chat" }).click();

  await expect(page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
  await expect(page.getByRole("log").getByRole("button", { name: "Invite people" })).toBeVisible();
  await page.getByRole("button", { name: "Try /bot" }).click();
  await expect(page.locator("#main textarea")).toHaveValue("/bot ");
  await expect(page.locator("#main textarea")).toBeFocused();
});

test("what is wrong with an account is said at its box", async ({ ada, visitor }) => {
  const page = await visitor();
  await page.goto("/register");
  await page.getByLabel("Username").fill(ada.name);
  await page.getByLabel("Email").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("This is not an email address.")).toBeVisible();
  await expect(page.getByLabel("Email")).toBeFocused();

  await page.getByLabel("Email").fill("other@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("This username is taken.")).toBeVisible();
  await expect(page.getByLabel("Username")).toBeFocused();
});

test("logging in leads to where one wanted to go, logging out leaves nothing behind", async ({
  ada,
  ben,
  visitor,
}) => {
  const chat = await ada.newChat("Kitchen table");
  const page = await visitor();
  const logIn = async (username: string, password: string) => {
    await page.getByLabel("Username or email").fill(username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  };
  await page.goto(`/c/${chat}`);
  await logIn(ada.name, "not the password");
  await expect(page.getByText("The username or the password is wrong.")).toBeVisible();
  await logIn(ada.name, PASSWORD);
  await expect(page).toHaveURL(new RegExp(`/c/${chat}$`));
  await page.locator("#main textarea").fill("a draft of ada's");

  await page.getByRole("button", { name: "Account of ada" }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain("a draft of ada's");
  await page.goto(`/c/${chat}`);
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await logIn(ben.name, PASSWORD);
  await expect(page.getByRole("heading", { name: "This chat is not here" })).toBeVisible();
});
