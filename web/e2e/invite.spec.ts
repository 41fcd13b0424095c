import { expect, PASSWORD, test } from "./support/test";

test("somebody who is invited by name finds the chat in their list at once", async ({ ada, ben }) => {
  await ben.page.goto("/");
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.page.getByRole("log").getByRole("button", { name: "Invite people" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Invite to “Kitchen table”" });
  await dialog.getByLabel("Name or username").fill("be");
  await dialog.getByRole("button", { name: "Add ben" }).click();
  await expect(dialog.getByText("Added", { exact: true })).toBeVisible();

  await ben.chat("Kitchen table").click();
  await expect(ben.row("ada added ben")).toBeVisible();
});

test("a link with its QR code leads in whoever has an account", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.page.getByRole("log").getByRole("button", { name: "Invite people" }).click();
  const dialog = ada.page.getByRole("dialog");
  await dialog.getByRole("tab", { name: "By link" }).click();
  await dialog.getByRole("button", { name: "Create a link" }).click();
  const address = await dialog.getByLabel("Invite link").inputValue();
  await expect(dialog.getByRole("img", { name: `QR code for ${address}` })).toBeVisible();

  await ben.page.goto(address);
  await expect(ben.page.getByRole("heading", { name: "ada invites you" })).toBeVisible();
  await expect(ben.page.getByText("Kitchen table")).toBeVisible();
  await ben.page.getByRole("button", { name: "Join the chat" }).click();
  await expect(ben.row("ben joined by ada’s link")).toBeVisible();

  await dialog.getByRole("button", { name: "Revoke…" }).click();
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(dialog.getByText("There are none.")).toBeVisible();
  await ben.page.goto(address);
  await expect(
    ben.page.getByRole("heading", { name: "This invitation does not work any more" }),
  ).toBeVisible();
});

test("a link leads in whoever has no account yet, through registration", async ({ ada, visitor }) => {
  const chat = await ada.newChat("Kitchen table");
  const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, {});
  await ada.enter(chat);

  const page = await visitor();
  await page.goto(`/join/${code}`);
  await page.getByRole("button", { name: "Create an account and join" }).click();
  await page.getByLabel("Username").fill("cleo");
  await page.getByLabel("Email").fill("cleo@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
  await expect(ada.row("cleo joined by ada’s link")).toBeVisible();
});

test("a link leads in through log-in, and asks nobody twice", async ({ ada, ben, visitor }) => {
  const chat = await ada.newChat("Kitchen table");
  const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, { max_uses: 1 });
  const page = await visitor();
  await page.goto(`/join/${code}`);
  await page.getByRole("button", { name: "Log in and join" }).click();
  await page.getByLabel("Username or email").fill(ben.name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
});
