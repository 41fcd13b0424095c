import { expect, test } from "./support/test";

test("each chat keeps its own draft, over a reload too", async ({ ada }) => {
  const table = await ada.newChat("Kitchen table");
  await ada.newChat("Summer trip");
  await ada.enter(table);
  await ada.box.fill("half a thought");
  await ada.chat("Summer trip").click();
  await expect(ada.page.getByRole("heading", { name: "Summer trip", level: 1 })).toBeVisible();
  await expect(ada.box).toHaveValue("");
  await expect(ada.chat("Kitchen table")).toContainText("Draft:");
  await ada.page.reload();
  await ada.chat("Kitchen table").click();
  await expect(ada.box).toHaveValue("half a thought");
  await ada.box.press("Enter");
  await expect(ada.row("half a thought")).toBeVisible();
  await ada.page.reload();
  await expect(ada.row("half a thought")).toBeVisible();
  await expect(ada.box).toHaveValue("");
});

test("ArrowUp in an empty box edits one's last message, Escape leaves it", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.say("Frist!");
  await expect(ada.row("Frist!").getByText("Sent")).toBeVisible();
  await ada.box.press("ArrowUp");
  await expect(ada.box).toHaveValue("Frist!");
  await ada.box.press("Escape");
  await expect(ada.box).toHaveValue("");
  await ada.box.press("ArrowUp");
  await ada.say("First!");
  await expect(ada.row("First!")).toContainText("(edited)");
});

test("Shift+Enter breaks the line and the box grows with it", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  const before = (await ada.box.boundingBox())?.height ?? 0;
  await ada.box.pressSequentially("one");
  await ada.box.press("Shift+Enter");
  await ada.box.pressSequentially("two");
  await ada.box.press("Shift+Enter");
  await ada.box.pressSequentially("three");
  await expect.poll(async () => (await ada.box.boundingBox())?.height ?? 0).toBeGreaterThan(before * 1.8);
  await ada.box.press("Enter");
  await expect(ada.row(/one\s*two\s*three/)).toBeVisible();
});

test("the limit shows before it is hit, and what is too long is not lost", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.box.fill("x".repeat(32_700));
  await expect(ada.page.getByText(/^About \d+ more characters? fits?\.$/)).toBeVisible();
  await ada.box.fill("x".repeat(32 * 1024 + 5));
  await expect(ada.page.getByText("Too long by about 5 characters.")).toBeVisible();
  await ada.box.press("Enter");
  await expect(ada.box).toHaveValue("x".repeat(32 * 1024 + 5));
  await ada.box.fill("x".repeat(32 * 1024));
  await ada.box.press("Enter");
  await expect(ada.box).toHaveValue("");
  await expect(ada.row("xxxx").getByText("Sent")).toBeVisible();
});

test("a slash offers what one may do here", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ben.enter(chat);
  await ben.box.pressSequentially("/");
  const list = ben.page.getByRole("listbox", { name: "Commands" });
  await expect(list.getByRole("option", { name: "/bot question" })).toBeVisible();
  await expect(list.getByRole("option", { name: "/rename" })).toHaveCount(0);
  await ben.box.pressSequentially("le");
  await ben.box.press("Enter");
  await ben.page
    .getByRole("alertdialog", { name: "Leave “Kitchen table”?" })
    .getByRole("button", { name: "Leave" })
    .click();
  await expect(ben.chat("Kitchen table")).toHaveCount(0);
  await ada.enter(chat);
  await expect(ada.row("ben left")).toBeVisible();
});

test("a command that does not exist is not posted by accident", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.box.fill("/dance");
  await ada.box.press("Enter");
  await expect(ada.page.getByText("There is no command /dance.")).toBeVisible();
  expect(await ada.messages(chat)).toHaveLength(1);
  await ada.page.getByRole("button", { name: "Send as text" }).click();
  await expect(ada.row("/dance")).toBeVisible();
});

test("@ completes the name of whoever is in the chat, and they are told", async ({ ada, ben, cleo }) => {
  const chat = await ada.newChat("Kitchen table", ben, cleo);
  const elsewhere = await ben.newChat("Summer trip");
  await ben.enter(elsewhere);
  await expect(ben.chat("Kitchen table")).toBeVisible();
  await ada.enter(chat);
  await ada.box.pressSequentially("Ask @be");
  await expect(
    ada.page.getByRole("listbox", { name: "People to mention" }).getByRole("option", { name: "@ben" }),
  ).toBeVisible();
  await ada.box.press("Enter");
  await expect(ada.box).toHaveValue("Ask @ben ");
  await ada.box.pressSequentially("about it");
  await ada.box.press("Enter");
  await expect(ben.chat("Kitchen table").getByRole("img", { name: "You were mentioned" })).toBeVisible();
});
