import { expect, test } from "./support/test";

const ANSWER = "First things first: bread, then cheese, then a long walk by the lake.";

test("all see the bot write, for whom, and how it ends", async ({ ada, ben, standin }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  const held = await standin.hold({ text: ANSWER, chunkSize: 8 });
  await ada.say("/bot What shall we do?");
  for (const person of [ada, ben]) await expect(person.row("Thinking…")).toBeVisible();
  await held.release(3);
  for (const person of [ada, ben]) {
    const reply = person.row("First things first");
    await expect(reply).not.toContainText("lake");
    await expect(reply.locator(".writing")).toBeVisible();
    await expect(reply.locator("[aria-busy=true]")).toHaveCount(1);
  }
  await expect(ada.row("First things")).toContainText("for you");
  await expect(ben.row("First things")).toContainText("for ada");
  await held.open();
  for (const person of [ada, ben]) {
    const reply = person.row(ANSWER);
    await expect(reply).toBeVisible();
    await expect(reply.locator(".writing")).toHaveCount(0);
  }
});

test("questions that wait know their number in the queue", async ({ ada, ben, standin }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  const held = [];
  for (const text of ["answer one", "answer two", "answer three", "answer four"]) {
    held.push(await standin.hold({ text, chunkSize: 4 }));
  }
  for (const text of ["one", "two", "three", "four"]) await ada.say(`/bot ${text}`);
  for (const person of [ada, ben]) {
    await expect(person.row("Waiting, number 1 in the queue")).toHaveCount(1);
    await expect(person.row("Waiting, number 2 in the queue")).toHaveCount(1);
  }
  await held[0]?.open();
  await expect(ben.row("answer one")).toBeVisible();
  await expect(ben.row("Waiting, number 2 in the queue")).toHaveCount(0);
  for (const one of held) await one.open();
  for (const text of ["answer two", "answer three", "answer four"]) await expect(ben.row(text)).toBeVisible();
});

test("only who asked, the owner and admins can stop a reply; its text is kept, and who stopped it", async ({
  ada,
  ben,
  cleo,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben, cleo);
  await Promise.all([ada, ben, cleo].map((person) => person.enter(chat)));
  const held = await standin.hold({ text: ANSWER, chunkSize: 8 });
  await ben.say("/bot What shall we do?");
  await held.release(3);
  await expect(cleo.row("First things first")).toBeVisible();
  const stop = { name: "Stop", exact: true };
  await expect(cleo.row("First things first").getByRole("button", stop)).toHaveCount(0);
  await expect(cleo.page.getByRole("button", { name: /^Stop the answer/ })).toHaveCount(0);
  await expect(ben.row("First things first").getByRole("button", stop)).toBeVisible();
  await ada.row("First things first").getByRole("button", stop).click();
  for (const person of [ada, ben, cleo]) {
    await expect(person.row("First things first")).toContainText(/stopped by ada/i);
  }
  await expect(cleo.row("First things first").getByRole("button", { name: "Try again" })).toHaveCount(0);

  await standin.answer({ text: ANSWER });
  await ben.row("First things first").getByRole("button", { name: "Try again" }).click();
  for (const person of [ada, ben, cleo]) {
    await expect(person.row(ANSWER)).toHaveCount(1);
    await expect(person.row("First things first")).not.toContainText(/stopped/i);
  }
});

test("what a broken reply had said is kept, with the reason, and the whole of it takes its place", async ({
  ada,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await standin.fail("safety-after-text");
  await ada.say("/bot Tell me");
  const reply = ada.row("The first part of the answer.");
  await expect(reply).toContainText("A filter stopped the reply.");
  await standin.answer({ text: ANSWER });
  await reply.getByRole("button", { name: "Try again" }).click();
  await expect(ada.row(ANSWER)).toHaveCount(1);
  await expect(ada.row("The first part of the answer.")).toHaveCount(0);
});

test("a reply that failed before its first word says why", async ({ ada, standin }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await standin.fail("429-daily");
  await ada.say("/bot Tell me");
  await expect(ada.row("Today’s quota is used up.")).toBeVisible();
});

test("whoever comes in the middle of a reply sees what the others see", async ({ ada, ben, standin }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const held = await standin.hold({ text: ANSWER, chunkSize: 8 });
  await ada.say("/bot What shall we do?");
  await held.release(3);
  await expect(ada.row("First things first")).toBeVisible();
  await ben.enter(chat);
  await expect(ben.row("First things first").locator(".writing")).toBeVisible();
  await held.open();
  await expect(ben.row(ANSWER)).toHaveCount(1);
});
