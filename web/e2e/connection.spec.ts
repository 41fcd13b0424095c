import { expect, test } from "./support/test";

const ANSWER = "First things first: bread, then cheese, then a long walk by the lake.";

test("a connection that breaks in mid-stream costs nothing of the reply", async ({
  person,
  wire,
  ben,
  standin,
}) => {
  const ada = await person("ada", wire.url);
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  const held = await standin.hold({ text: ANSWER, chunkSize: 8 });
  await ada.say("/bot What shall we do?");
  await held.release(3);
  await expect(ada.row("First things first")).toBeVisible();
  wire.cut();
  await ben.say("I am still here.");
  await held.release(2);
  const banner = ada.page.getByRole("region", { name: "No connection." });
  await expect(banner).toContainText("What you write is kept and sent later.");
  await expect(ada.row("I am still here.")).toHaveCount(0);
  wire.mend();
  await expect(async () => {
    const again = banner.getByRole("button", { name: "Try now" });
    if (await again.isVisible()) await again.click({ timeout: 500 });
    await expect(banner).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
  await expect(ada.row("I am still here.")).toHaveCount(1);
  await held.open();
  await expect(ada.row(ANSWER)).toHaveCount(1);
});

test("the browser's own word that it is offline, and online again, is heard", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  await ada.context.setOffline(true);
  await ada.say("From the tunnel");
  await ben.say("Hello?");
  await ada.context.setOffline(false);
  await expect(ben.row("From the tunnel")).toHaveCount(1);
  await expect(ada.row("Hello?")).toHaveCount(1);
  await expect(
    ada
      .row("From the tunnel")
      .getByText("Sent")
      .or(ada.row("From the tunnel").getByRole("button", { name: /^Read by/ })),
  ).toBeVisible();
});

test("what was sent into a dying connection arrives once", async ({ person, wire, ben }) => {
  const ada = await person("ada", wire.url);
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  await ada.say("Can you hear me?");
  await expect(ada.row("Can you hear me?").getByText("Sent")).toBeVisible();
  // The server takes it, and its answer is lost.
  wire.deafen();
  await ada.say("Only once, please.");
  await expect(ben.row("Only once, please.")).toHaveCount(1);
  await ada.say("And this after it.");
  wire.cut();
  wire.mend();
  await expect(ben.row("And this after it.")).toHaveCount(1);
  await expect(
    ada
      .row("And this after it.")
      .getByText("Sent")
      .or(ada.row("And this").getByRole("button", { name: /^Read by/ })),
  ).toBeVisible();
  for (const person of [ada, ben]) await expect(person.row("Only once, please.")).toHaveCount(1);
  const posted = (await ben.messages(chat))
    .filter(({ kind }) => kind === "text")
    .map(({ content }) => content);
  expect(posted).toEqual(["Can you hear me?", "Only once, please.", "And this after it."]);
});

test("what was written without a connection is sent after a reload, in order", async ({
  person,
  wire,
  ben,
}) => {
  const ada = await person("ada", wire.url);
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  wire.cut();
  for (const text of ["one", "two", "three"]) await ada.say(text);
  wire.mend();
  await ada.page.reload();
  await expect(ben.row("three")).toHaveCount(1);
  const posted = (await ben.messages(chat))
    .filter(({ kind }) => kind === "text")
    .map(({ content }) => content);
  expect(posted).toEqual(["one", "two", "three"]);
});

test("a server that dies in mid-stream comes back with the text so far, and says so", async ({
  ada,
  ben,
  server,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  const held = await standin.hold({ text: ANSWER.repeat(40), chunkSize: 8 });
  await ada.say("/bot What shall we do?");
  await held.release(3);
  await expect(ada.row("First things first")).toBeVisible();
  await server.kill();
  await ada.say("Is it gone?");
  await server.start();
  await expect(ada.row("The server was restarted while the reply was being written.")).toHaveCount(1);
  for (const person of [ada, ben]) await expect(person.row("Is it gone?")).toHaveCount(1);
  await standin.answer({ text: ANSWER });
  await ada.row("The server was restarted").getByRole("button", { name: "Try again" }).click();
  for (const person of [ada, ben]) await expect(person.row(ANSWER)).toHaveCount(1);
});

test("a planned restart is waited out by itself", async ({ ada, server }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await server.stop();
  await server.start();
  await ada.say("Back again");
  await expect(ada.row("Back again").getByText("Sent")).toBeVisible();
});

test("a message that is refused stays, says why, and can be sent again or discarded", async ({
  ada,
  server,
}) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  // The page does not know of the new limit.
  await server.stop();
  await server.start({ MAX_MESSAGE_BYTES: "20" });
  await ada.say("This is longer than twenty bytes");
  await ada.say("So is this one, as one can see");
  const refused = ada.row("This is longer than twenty bytes");
  await expect(refused).toContainText(/too long/i);
  await ada.row("So is this one").getByRole("button", { name: "Discard" }).click();
  await expect(ada.row("So is this one")).toHaveCount(0);
  await server.stop();
  await server.start();
  await refused.getByRole("button", { name: "Send again" }).click();
  await expect(refused.getByText("Sent")).toBeVisible();
  await ada.page.reload();
  await expect(ada.row("This is longer than twenty bytes")).toHaveCount(1);
  await expect(ada.row("So is this one")).toHaveCount(0);
});
