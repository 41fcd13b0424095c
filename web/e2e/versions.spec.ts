import { expect, test } from "./support/test";

const ANSWER = "First things first: bread, then cheese, then a long walk by the lake.";

test("a reply that was stopped goes on from its text, for everybody who looks", async ({
  ada,
  ben,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  const held = await standin.hold({ text: ANSWER, chunkSize: 8 });
  await ben.say("/bot What shall we do?");
  await held.release(3);
  await expect(ada.row("First things first")).toBeVisible();
  await ada.row("First things first").getByRole("button", { name: "Stop", exact: true }).click();
  await expect(ben.row("First things first")).toContainText("Stopped by ada.");

  const further = await standin.hold({ text: " And then home again.", chunkSize: 8 });
  await ben.row("First things first").getByRole("button", { name: "Go on" }).click();
  await expect(ada.row("First things first")).not.toContainText("Stopped by");
  await further.open();
  for (const person of [ada, ben]) {
    await expect(person.row(/First things first.*And then home again\./)).toBeVisible();
    await expect(person.row("And then home again.")).toHaveCount(1);
  }
  await expect(ada.row("And then home again.")).toContainText("Continued by ben");
});

test("what a reply said before it was written anew is leafed through, with who had it written", async ({
  ada,
  ben,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  await standin.answer({ text: "The first answer." });
  await ben.say("/bot What shall we do?");
  await expect(ada.row("The first answer.")).toBeVisible();
  await standin.answer({ text: "The second answer." });
  await ada.choose(ada.row("The first answer."), "Try again");
  for (const person of [ada, ben]) {
    await expect(person.row("The second answer.")).toBeVisible();
    await expect(person.row("The first answer.")).toHaveCount(0);
  }
  const reply = ben.row("The second answer.");
  await reply.getByRole("button", { name: "Written anew by ada" }).click();
  await expect(ben.row("The first answer.").getByRole("status")).toHaveText("Version 1 of 2");
  await ben.row("The first answer.").getByRole("button", { name: "Later version" }).click();
  await expect(ben.row("The second answer.").getByRole("status")).toHaveText("Version 2 of 2");
  await expect(ben.row("The second answer.")).toContainText("asked for by ada");
  await ben.row("The second answer.").getByRole("button", { name: "Back to the reply" }).click();
  await expect(ben.row("The second answer.").getByRole("status")).toHaveCount(0);
});
