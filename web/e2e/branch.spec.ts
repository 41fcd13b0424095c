import { expect, test } from "./support/test";

test("a group branches at a message into a new one with the people one picks", async ({ ada, ben, cleo }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.post(chat, "By train or by car?");
  await ben.post(chat, "And what about the dog?");
  await expect(ada.row("the dog")).toBeVisible();
  await ada.choose(ada.row("By train"), "Branch from here…");
  const dialog = ada.page.getByRole("dialog", { name: "Branch into a new group" });
  await dialog.getByLabel("Name", { exact: true }).fill("The journey");
  await dialog.getByRole("combobox", { name: "People" }).fill("cleo");
  await ada.page.getByRole("option", { name: /cleo/ }).click();
  await dialog.getByRole("button", { name: "Create group" }).click();
  await expect(ada.page.getByRole("heading", { level: 1, name: "The journey" })).toBeVisible();
  await expect(ada.row("By train or by car?")).toBeVisible();
  await expect(ada.row("the dog")).toHaveCount(0);
  await cleo.page.goto("/");
  await cleo.chat("The journey").click();
  await expect(cleo.row("By train or by car?")).toContainText("ben");
});

test("of a chat with the bot alone only what one chooses goes along", async ({ ada, standin }) => {
  await standin.play({ text: "Bread and cheese." });
  await ada.page.setViewportSize({ width: 360, height: 740 });
  const { id: chat } = await ada.call<{ id: string }>("POST", "/chats", { kind: "ai" });
  await ada.enter(chat);
  await ada.say("A secret of mine");
  await expect(ada.row("Bread and cheese.")).toHaveCount(1);
  await ada.say("What is for dinner?");
  await expect(ada.row("Bread and cheese.")).toHaveCount(2);
  await ada.choose(ada.row("Bread and cheese.").last(), "Branch from here…");
  const dialog = ada.page.getByRole("dialog", { name: "Branch into a new group" });
  expect(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  await dialog.getByRole("checkbox", { name: /What is for dinner/ }).check();
  await dialog.getByLabel("Name", { exact: true }).fill("Dinner");
  await dialog.getByRole("button", { name: "Create group" }).click();
  await expect(ada.page.getByRole("heading", { level: 1, name: "Dinner" })).toBeVisible();
  await expect(ada.row("What is for dinner?")).toBeVisible();
  await expect(ada.row("Bread and cheese.")).toHaveCount(1);
  await expect(ada.row("A secret of mine")).toHaveCount(0);
});
