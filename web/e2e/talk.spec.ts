import { expect, test } from "./support/test";

test("three people see each other's messages at once, each one once", async ({ ada, ben, cleo }) => {
  const chat = await ada.newChat("Kitchen table", ben, cleo);
  await Promise.all([ada, ben, cleo].map((person) => person.enter(chat)));
  await ada.say("Hello, you two!");
  await ben.say("Hello ada!");
  await cleo.say("Here I am.");
  for (const person of [ada, ben, cleo]) {
    for (const text of ["Hello, you two!", "Hello ada!", "Here I am."]) {
      await expect(person.row(text)).toHaveCount(1);
    }
  }
  // Everybody has them in the same order.
  const texts = (person: typeof ada) => person.log.getByRole("article").locator(".prose").allInnerTexts();
  expect(await texts(ben)).toEqual(await texts(ada));
  expect(await texts(cleo)).toEqual(await texts(ada));
});

test("who writes and who is here shows while it lasts", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const head = ada.page.locator("#main header").first();
  // People count, and Gemini is none.
  await expect(head).toContainText("2 people · 1 here");
  await ben.enter(chat);
  await expect(head).toContainText("2 here");
  await ben.box.pressSequentially("Hm");
  await expect(head).toContainText("ben is typing…");
  await expect(ben.page.locator("#main header").first()).not.toContainText("typing");
  await ben.say("Done");
  await expect(head).toContainText("2 here");
  await ben.page.close();
  await expect(head).toContainText("1 here");
});

test("what one sent says that it was sent, and then who has read it", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ada.say("Are you there?");
  await expect(ada.row("Are you there?").getByText("Sent")).toBeVisible();
  await ben.enter(chat);
  await expect(ada.row("Are you there?").getByRole("button", { name: "Read by ben" })).toBeVisible();
});

test("an edit, a deletion and a reply are seen by all", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.post(chat, "I wil bring the cake.");
  await ada.post(chat, "And the wrong salad.");
  await ada.enter(chat);
  await ben.enter(chat);

  await ada.act(ada.row("I wil bring"), "Edit");
  await expect(ada.page.getByText("Editing your message")).toBeVisible();
  await ada.say("I will bring the cake.");
  await expect(ben.row("I will bring the cake.")).toContainText("(edited)");

  await ada.choose(ada.row("wrong salad"), "Delete");
  const dialog = ada.page.getByRole("alertdialog", { name: "Delete this message?" });
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(ben.row("This message was deleted.")).toBeVisible();
  await expect(ben.row("wrong salad")).toHaveCount(0);

  await ben.act(ben.row("I will bring"), "Reply");
  await expect(ben.page.getByText("Replying to ada")).toBeVisible();
  await ben.say("Lovely!");
  await expect(
    ada.row("Lovely!").getByRole("button", { name: "Answers ada: I will bring the cake." }),
  ).toBeVisible();
  await expect(ben.box).toBeFocused();
});

test("what is copied is what was written", async ({ ada }) => {
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chat = await ada.newChat("Kitchen table");
  await ada.post(chat, "Some **bold** words and `code`");
  await ada.enter(chat);
  await ada.act(ada.row("Some bold words"), "Copy text");
  await expect
    .poll(() => ada.page.evaluate(() => navigator.clipboard.readText()))
    .toBe("Some **bold** words and `code`");
});

test("a member may delete their own only, and edit nobody else's", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.post(chat, "Ada's own words");
  await ben.enter(chat);
  const row = ben.row("Ada's own words");
  await row.hover();
  await expect(row.getByRole("toolbar").getByRole("button", { name: "Reply" })).toBeVisible();
  await expect(row.getByRole("toolbar").getByRole("button", { name: "Edit" })).toHaveCount(0);
  await row.getByRole("toolbar").getByRole("button", { name: "More" }).click();
  await expect(ben.page.getByRole("menuitem", { name: "Copy link" })).toBeVisible();
  await expect(ben.page.getByRole("menuitem", { name: "Delete" })).toHaveCount(0);
});
