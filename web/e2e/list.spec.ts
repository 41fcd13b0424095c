import { expect, test } from "./support/test";

test("an unread chat rises, says what was said, counts, and is read by being looked at", async ({
  ada,
  ben,
}) => {
  const table = await ada.newChat("Kitchen table", ben);
  const trip = await ada.newChat("Summer trip", ben);
  await ada.enter(trip);
  const rows = ada.page.getByRole("navigation", { name: "Chats" }).getByRole("link");
  await expect(rows.first()).toContainText("Summer trip");
  await ben.post(table, "Who brings **plates**?");
  await expect(rows.first()).toContainText("Kitchen table");
  await expect(rows.first()).toContainText("ben: Who brings plates?");
  await ben.post(table, "And forks?");
  await expect(rows.first()).toContainText("2 unread messages");
  await expect(ada.page).toHaveTitle(/^\(2\) /);

  await rows.first().click();
  await expect(ada.row("And forks?")).toBeVisible();
  await expect(ada.page).toHaveTitle("Kitchen table");
  await ada.chat("Summer trip").click();
  await expect(ada.chat("Kitchen table")).not.toContainText("unread");
});

test("somebody who types shows in the list of whoever looks elsewhere", async ({ ada, ben }) => {
  const table = await ada.newChat("Kitchen table", ben);
  const trip = await ada.newChat("Summer trip", ben);
  await ada.enter(trip);
  await ben.enter(table);
  await expect(ada.chat("Kitchen table")).toBeVisible();
  await ben.box.pressSequentially("Hm");
  await expect(ada.chat("Kitchen table")).toContainText("ben is typing…");
});

test("the filters show what is unread and what is with Gemini alone", async ({ ada, ben }) => {
  const table = await ada.newChat("Kitchen table", ben);
  await ada.newChat("Summer trip", ben);
  await ada.call("POST", "/chats", { kind: "ai", name: "Recipes" });
  await ben.post(table, "Hello?");
  await ada.page.goto("/");
  await expect(ada.chat("Summer trip")).toBeVisible();
  await ada.page.getByRole("button", { name: "Unread", exact: true }).click();
  await expect(ada.chat("Summer trip")).toHaveCount(0);
  await expect(ada.chat("Kitchen table")).toBeVisible();
  await ada.page.getByRole("button", { name: "AI", exact: true }).click();
  await expect(ada.chat("Kitchen table")).toHaveCount(0);
  await expect(ada.chat("Recipes")).toBeVisible();
  await ada.page.getByRole("button", { name: "All", exact: true }).click();
  await expect(ada.chat("Summer trip")).toBeVisible();
});

test("the search finds chats and people, and a person is a private chat away", async ({ ada, ben }) => {
  await ada.newChat("Bench and table");
  await ada.newChat("Summer trip");
  await ada.page.goto("/");
  await expect(ada.chat("Summer trip")).toBeVisible();
  await ada.page.getByRole("searchbox", { name: "Search chats and people" }).fill("ben");
  await expect(ada.chat("Bench and table")).toBeVisible();
  await expect(ada.chat("Summer trip")).toHaveCount(0);
  await ada.page.getByRole("button", { name: `Message ${ben.name}` }).click();
  await expect(ada.page.getByRole("heading", { name: "ben", level: 1 })).toBeVisible();
  await ada.say("Between us");
  await ben.page.goto("/");
  await expect(ben.chat("ada")).toContainText("Between us");
});

test("Ctrl+K leads to a chat by a few letters", async ({ ada }) => {
  await ada.newChat("Kitchen table");
  const trip = await ada.newChat("Summer trip");
  await ada.page.goto("/");
  await expect(ada.chat("Summer trip")).toBeVisible();
  await ada.page.keyboard.press("Control+k");
  await ada.page.getByRole("combobox", { name: "A chat, a person or an action…" }).fill("trip");
  await expect(ada.page.getByRole("option", { name: "Summer trip" })).toBeVisible();
  await ada.page.keyboard.press("Enter");
  await expect(ada.page).toHaveURL(new RegExp(`/c/${trip}$`));
});

test("Alt and the arrows go through the chats", async ({ ada }) => {
  const table = await ada.newChat("Kitchen table");
  const trip = await ada.newChat("Summer trip");
  await ada.enter(trip);
  await expect(ada.chat("Kitchen table")).toBeVisible();
  await ada.page.keyboard.press("Alt+ArrowDown");
  await expect(ada.page).toHaveURL(new RegExp(`/c/${table}$`));
  await ada.page.keyboard.press("Alt+ArrowUp");
  await expect(ada.page).toHaveURL(new RegExp(`/c/${trip}$`));
});
