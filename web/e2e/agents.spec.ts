import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, type Person, test } from "./support/test";

async function openRoomSettings(person: Person) {
  await person.page.getByRole("button", { name: "More for this chat" }).click();
  await person.page.getByRole("menuitem", { name: "AI settings…" }).click();
  return person.page.getByRole("dialog", { name: "AI settings" });
}

/** Nothing serious by axe, and nothing wider than a phone. */
async function examine(page: Page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html.slice(0, 150))}`)).toEqual([]);
  const dialog = page.getByRole("dialog");
  if (await dialog.count()) {
    expect(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  }
}

test("the owner says how a room is served, and a member sees it", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const dialog = await openRoomSettings(ada);
  await dialog.getByRole("radio", { name: /^Every message/ }).check();
  await dialog.getByRole("textbox", { name: "Instruction" }).fill("Be brief.");
  await dialog.getByRole("textbox", { name: "Temperature" }).fill("3");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByRole("textbox", { name: "Temperature" })).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("textbox", { name: "Temperature" }).fill("0.3");
  await dialog.getByRole("combobox", { name: "Replies at once" }).click();
  await ada.page.getByRole("option", { name: "1", exact: true }).click();
  await dialog.getByRole("checkbox", { name: "The model" }).uncheck();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);

  await ben.page.setViewportSize({ width: 360, height: 740 });
  await ben.enter(chat);
  const seen = await openRoomSettings(ben);
  await expect(seen.getByRole("radio", { name: /^Every message/ })).toBeChecked();
  await expect(seen.getByRole("radio", { name: /^Every message/ })).toBeDisabled();
  await expect(seen.getByRole("textbox", { name: "Instruction" })).toHaveValue("Be brief.");
  await expect(seen.getByRole("combobox", { name: "Replies at once" })).toHaveText("1");
  await expect(seen.getByRole("checkbox", { name: "The model" })).not.toBeChecked();
  await expect(seen.getByRole("button", { name: "Save" })).toHaveCount(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await ben.page.emulateMedia({ colorScheme });
    await examine(ben.page);
  }
});

test("somebody makes an agent, brings it into a room, and it answers by its own name", async ({
  ada,
  standin,
}) => {
  await standin.play({ text: "Salt the water first." });
  const chat = await ada.newChat("Kitchen table");
  await ada.page.goto("/settings/agents");
  await ada.page.getByRole("button", { name: "Make an agent" }).click();
  const form = ada.page.getByRole("dialog", { name: "A new agent" });
  await form.getByRole("textbox", { name: "Username" }).fill("cook");
  await form.getByRole("textbox", { name: "Display name" }).fill("The Cook");
  await form.getByRole("textbox", { name: "Avatar" }).fill("🍳");
  await form.getByRole("textbox", { name: "Description" }).fill("Knows every dish.");
  await form.getByRole("textbox", { name: "Instruction" }).fill("You cook.");
  await form.getByRole("button", { name: "Keep as a prompt…" }).click();
  await form.getByRole("textbox", { name: "Title of the prompt" }).fill("Cooking");
  await form.getByRole("button", { name: "Keep", exact: true }).click();
  await examine(ada.page);
  await form.getByRole("button", { name: "Make agent" }).click();
  await expect(form).toHaveCount(0);
  await expect(ada.page.getByRole("button", { name: "Change The Cook" })).toBeVisible();
  await expect(ada.page.getByRole("button", { name: "Delete the prompt “Cooking”" })).toBeVisible();
  await examine(ada.page);

  await ada.enter(chat);
  const dialog = await openRoomSettings(ada);
  await dialog.getByRole("button", { name: "Add an agent" }).click();
  await dialog.getByRole("button", { name: "Add The Cook" }).click();
  await expect(dialog.getByRole("button", { name: "Remove The Cook" })).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();

  await ada.box.pressSequentially("@co");
  await expect(ada.page.getByRole("option", { name: /The Cook/ })).toContainText("Knows every dish.");
  await ada.box.press("Enter");
  await ada.box.pressSequentially("How do I cook rice?");
  await ada.box.press("Enter");
  const reply = ada.row("Salt the water first.");
  await expect(reply).toContainText("The Cook");
  await expect(reply).toContainText("🍳");
});

test("two agents that are asked at once write side by side, each in its own name", async ({
  ada,
  ben,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  for (const username of ["poet", "reviewer"]) {
    await ada.call("POST", `/chats/${chat}/invite`, { username });
  }
  const first = await standin.hold({ text: "One thing, and then another." });
  const second = await standin.hold({ text: "Quite the opposite, I say." });
  await ben.page.setViewportSize({ width: 360, height: 740 });
  await ben.enter(chat);
  await ada.enter(chat);
  await ada.say("@poet @reviewer what now?");
  await first.release(1);
  await second.release(1);
  for (const person of [ada, ben]) {
    await expect(person.row("One thin").locator(".writing")).toBeVisible();
    await expect(person.row("Quite th").locator(".writing")).toBeVisible();
  }
  await second.open();
  await first.open();
  for (const person of [ada, ben]) {
    const replies = person.row(/and then another|the opposite, I say/);
    await expect(replies).toHaveCount(2);
    await expect(replies.filter({ hasText: "Poet" })).toHaveCount(1);
    await expect(replies.filter({ hasText: "Reviewer" })).toHaveCount(1);
  }
});

test("an agent that is deleted leaves its rooms, and one goes on where one makes another", async ({
  ada,
}) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.call("POST", "/agents", { username: "cook", display_name: `&lt;b&gt;${"W".repeat(50)}` });
  await ada.call("POST", `/chats/${chat}/invite`, { username: "cook" });
  await ada.page.goto("/settings/agents");
  await ada.page.setViewportSize({ width: 360, height: 740 });
  await ada.page.getByRole("button", { name: /^Delete &lt;b/ }).click();
  const question = ada.page.getByRole("alertdialog");
  expect(await question.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  await question.getByRole("button", { name: "Delete agent" }).click();
  await expect(ada.page.getByRole("button", { name: "Make an agent" })).toBeFocused();
  await ada.enter(chat);
  const dialog = await openRoomSettings(ada);
  await expect(dialog.getByRole("listitem")).toHaveCount(1);
});

test("a reply shows what it was made from, and leads there", async ({ ada, standin }) => {
  await standin.play({ text: "By train." });
  const chat = await ada.newChat("Kitchen table");
  await ada.call("PATCH", `/chats/${chat}`, { settings: { instruction: "Always say by train.", model: {} } });
  await ada.post(chat, "We are three people.");
  await ada.page.setViewportSize({ width: 360, height: 740 });
  await ada.enter(chat);
  await ada.say("/bot How do we get there?");
  await expect(ada.row("By train.")).toBeVisible();
  await ada.choose(ada.row("By train.").last(), "What it saw…");
  const dialog = ada.page.getByRole("dialog", { name: "What it saw" });
  await expect(dialog.getByRole("button", { name: /We are three people/ })).toBeVisible();
  await expect(dialog).toContainText("Always say by train.");
  await examine(ada.page);
  await dialog.getByRole("button", { name: /We are three people/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(ada.row("We are three people.")).toBeInViewport();
});

test("who has missed a lot is told what it was, alone, with the way to it", async ({ ada, ben, standin }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ben.postMany(
    chat,
    Array.from({ length: 80 }, (_, index) => `message ${index}\n\nwith a second paragraph`),
  );
  const messages = await ben.messages(chat);
  const wanted = messages.find(({ content }) => content.startsWith("message 70"));
  await standin.play({ text: `Ben counted to seventy [#${wanted?.seq}].` });
  await ada.enter(chat);
  await ada.page.getByRole("button", { name: "What did I miss?" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "What you missed" });
  await expect(dialog).toContainText("Ben counted to seventy");
  await examine(ada.page);
  await dialog.getByRole("link", { name: `#${wanted?.seq}` }).click();
  await expect(dialog).toHaveCount(0);
  await expect(ada.row("message 70")).toBeInViewport();
  await expect(ada.log).toBeFocused();
  expect(await ben.messages(chat)).toHaveLength(messages.length);
});
