import type { Person } from "./support/person";
import { expect, test } from "./support/test";

async function openMembers({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: /^Members, / }).click();
  await expect(page.getByRole("heading", { name: "Members" })).toBeVisible();
}

async function chooseFor({ page }: Person, name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `What to do with ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("roles are given and taken, and what one may do changes with them at once", async ({
  ada,
  ben,
  cleo,
}) => {
  const chat = await ada.newChat("Kitchen table", ben, cleo);
  await ada.enter(chat);
  await ben.enter(chat);
  await openMembers(ada);
  await openMembers(ben);
  await ben.page.getByRole("button", { name: "What to do with cleo" }).click();
  await expect(ben.page.getByRole("menuitem", { name: "Message privately" })).toBeVisible();
  await expect(ben.page.getByRole("menuitem", { name: "Remove from the chat…" })).toHaveCount(0);
  await ben.page.keyboard.press("Escape");

  await chooseFor(ada, "ben", "Make an admin");
  await expect(ben.row("ada made ben an admin")).toBeVisible();
  await chooseFor(ben, "cleo", "Remove from the chat…");
  await ben.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(ada.row("ben removed cleo")).toBeVisible();

  await chooseFor(ada, "ben", "Make an ordinary member");
  await expect(ben.row("ada made ben an ordinary member")).toBeVisible();
});

test("an owner hands the chat over, and stays as an admin", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await openMembers(ada);
  await chooseFor(ada, "ben", "Hand the chat over…");
  await ada.page
    .getByRole("alertdialog", { name: "Hand “Kitchen table” over to ben?" })
    .getByRole("button", { name: "Hand over" })
    .click();
  await expect(ada.row("ada handed the chat over to ben")).toBeVisible();
  const members = await ada.call<{ username: string; role: string }[]>("GET", `/chats/${chat}/participants`);
  expect(Object.fromEntries(members.map(({ username, role }) => [username, role]))).toMatchObject({
    ben: "owner",
    ada: "admin",
  });
});

test("an owner who leaves names the next one", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  await ada.page.getByRole("button", { name: "More for this chat" }).click();
  await ada.page.getByRole("menuitem", { name: "Leave…" }).click();
  const dialog = ada.page.getByRole("alertdialog", { name: "Leave “Kitchen table”?" });
  await expect(dialog.getByLabel("Who owns the chat after you")).toBeVisible();
  await dialog.getByRole("button", { name: "Leave" }).click();
  await expect(ada.chat("Kitchen table")).toHaveCount(0);
  await expect(ben.row("ada left")).toBeVisible();
  const members = await ben.call<{ username: string; role: string }[]>("GET", `/chats/${chat}/participants`);
  expect(members.find(({ username }) => username === "ben")?.role).toBe("owner");
});

test("a chat that its owner deletes is gone for everybody, who asked twice", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  await ada.page.getByRole("button", { name: "More for this chat" }).click();
  await ada.page.getByRole("menuitem", { name: "Delete chat…" }).click();
  const dialog = ada.page.getByRole("alertdialog", { name: "Delete “Kitchen table”?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(ada.chat("Kitchen table")).toBeVisible();
  await ada.page.getByRole("button", { name: "More for this chat" }).click();
  await ada.page.getByRole("menuitem", { name: "Delete chat…" }).click();
  await dialog.getByRole("button", { name: "Delete for everybody" }).click();
  await expect(ada.chat("Kitchen table")).toHaveCount(0);
  await expect(ben.page.getByRole("heading", { name: "This chat is not here" })).toBeVisible();
});

test("a chat that is renamed has its new name everywhere", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.page.goto("/");
  await expect(ben.chat("Kitchen table")).toBeVisible();
  await ada.page.getByRole("button", { name: "More for this chat" }).click();
  await ada.page.getByRole("menuitem", { name: "Rename…" }).click();
  await ada.page.getByRole("dialog").getByLabel("Name").fill("Dining table");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(ada.page.getByRole("heading", { name: "Dining table", level: 1 })).toBeVisible();
  await expect(ben.chat("Dining table")).toBeVisible();
});
