import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import corpus from "../src/markdown/corpus.json" with { type: "json" };
import { watchStrangers } from "./support/strangers";
import { expect, PASSWORD, test } from "./support/test";

// What the pages may never do (open a dialog, complain, ask for anything elsewhere) is watched in every test.
const texts = Object.values(corpus)
  .flat()
  .filter((text) => text.trim() !== "" && !text.includes("\0"));

const NAMES = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "[a](javascript:alert(1)) ![b](http://canary.example/)",
];

test("no text of a person runs, loads or becomes markup", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.postMany(chat, texts);
  const strangers = await watchStrangers(ben.page);
  await ben.enter(chat);
  const last = (await ben.messages(chat)).at(-1)?.seq ?? 0;
  // Through all of it, so that each one was drawn.
  for (let seq = 1; seq <= last; seq += 8) {
    await ben.page.evaluate((at) => {
      history.pushState({}, "", `?at=${at}`);
      dispatchEvent(new PopStateEvent("popstate"));
    }, seq);
    await expect(ben.log.locator(`article`).first()).toBeVisible();
  }
  await ben.log.hover();
  await expect(async () => {
    await ben.page.mouse.wheel(0, -1_500);
    await expect(ben.log.getByRole("heading", { name: "Kitchen table" })).toBeVisible({ timeout: 100 });
  }).toPass();
  expect(await strangers()).toEqual([]);
});

test("no text of the model does, however it is cut into chunks", async ({ ada, standin }) => {
  const chat = await ada.newChat("Kitchen table");
  const strangers = await watchStrangers(ada.page);
  await ada.enter(chat);
  for (const [chunkSize, intervalMs] of [
    [7, 1],
    [64, 20],
  ] as const) {
    await standin.answer({
      text: `${texts.join("\n\n")}\n\nThe end of ${chunkSize}.`,
      chunkSize,
      intervalMs,
    });
    await ada.say(`/bot ${chunkSize}`);
    await expect(ada.row(`The end of ${chunkSize}.`)).toBeVisible({ timeout: 60_000 });
  }
  // One character at a time, so that each is the last one for a moment.
  const sharpest = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](http://canary.example/?q=secret)",
    "<svg/onload=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    "```html\n<script>alert(1)</script>\n```",
  ].join("\n\n");
  await standin.answer({ text: `${sharpest}\n\nThe very end.`, chunkSize: 1, intervalMs: 55 });
  await ada.say("/bot slowly");
  await expect(ada.row("The very end.")).toBeVisible({ timeout: 60_000 });
  expect(await strangers()).toEqual([]);
});

test("a picture in a message tells nobody that it was read", async ({ ada, ben, standin }) => {
  const asked: string[] = [];
  const canary = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((done) => canary.listen(0, "localhost", done));
  const address = `http://localhost:${(canary.address() as AddressInfo).port}`;
  const text = [
    `![one](${address}/markdown?q=secret)`,
    `![two][ref]\n\n[ref]: ${address}/reference?q=secret`,
    `<img src="${address}/html">`,
    `<div style="background:url(${address}/style)">x</div>`,
    `<link rel="prefetch" href="${address}/prefetch">`,
    `[a link](${address}/link)`,
    `$\\includegraphics{${address}/math}$`,
    "That was all.",
  ].join("\n\n");
  const chat = await ada.newChat("Kitchen table", ben);
  await ben.enter(chat);
  await ada.enter(chat);
  await ada.post(chat, text);
  await standin.answer({ text, chunkSize: 9, intervalMs: 20 });
  await ada.say("/bot Show me");
  for (const person of [ada, ben]) {
    await expect(person.row("That was all.")).toHaveCount(2);
    await person.row("That was all.").last().getByRole("link", { name: "a link" }).hover();
    await person.page.reload();
    await expect(person.row("That was all.")).toHaveCount(2);
  }
  canary.close();
  expect(asked).toEqual([]);
});

test("no name of a person or a chat is anything but text, wherever it stands", async ({
  ada,
  ben,
  visitor,
}) => {
  const strangers = [await watchStrangers(ben.page)];
  await ben.page.goto("/");
  for (const name of NAMES) {
    // The server takes no brackets in the name of a person.
    const person = name.replace(/[^\w:;"'=&./]+/g, " ").trim();
    await ada.call("PATCH", "/auth/me", { display_name: person });
    const chat = await ada.newChat("Before", ben);
    await ada.call("PATCH", `/chats/${chat}`, { name });
    const question = await ada.post(chat, `Says ${name}`);
    await ada.post(chat, "An answer", { reply_to: question.id });
    await expect(ben.chat(name)).toBeVisible();
    await ben.chat(name).click();
    await expect(ben.page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(ben.row(`${person} named the chat “${name}”`)).toBeVisible();
    await expect(ben.row("An answer").locator("p", { hasText: person }).first()).toBeVisible();
    await ben.page.getByRole("button", { name: /^Members, / }).click();
    await expect(
      ben.page.getByRole("complementary", { name: "Members" }).getByText(person, { exact: true }),
    ).toBeVisible();
    await ben.page.getByRole("button", { name: /^Members, / }).click();
    await expect(ben.page).toHaveTitle(new RegExp(name.replace(/[^a-z]+/gi, ".*")));

    const { code } = await ada.call<{ code: string }>("POST", `/chats/${chat}/invite-links`, {});
    const page = await visitor();
    strangers.push(await watchStrangers(page));
    await page.goto(`/join/${code}`);
    await expect(page.getByText(name)).toBeVisible();
  }
  await ben.page.keyboard.press("Control+k");
  await ben.page.getByRole("combobox", { name: "A chat, a person or an action…" }).fill("alert");
  await expect(ben.page.getByRole("option").first()).toBeVisible();
  for (const found of strangers) expect(await found()).toEqual([]);
});

test("names that mean something to JavaScript are names like others", async ({ person, ada }) => {
  const names = ["constructor", "toString", "hasOwnProperty", "valueOf"];
  const people = [];
  for (const name of names) people.push(await person(name));
  const chat = await ada.newChat("Kitchen table", ...people);
  await ada.enter(chat);
  for (const one of people) {
    await one.post(chat, `I am ${one.name}, and @${one.name} is me`);
    await expect(ada.row(`I am ${one.name}`)).toContainText(one.name);
  }
  await ada.box.pressSequentially("@con");
  await expect(ada.page.getByRole("option", { name: "@constructor" })).toBeVisible();
});

test("an address may bring anything, and nothing of it runs", async ({ visitor }) => {
  const page = await visitor();
  const strangers = await watchStrangers(page);
  const evil = encodeURIComponent("<img src=x onerror=alert(1)>");
  for (const path of [
    `/join/${evil}`,
    `/setup?token=${evil}`,
    `/login?next=javascript:alert(1)`,
    `/c/${evil}`,
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading").first()).toBeVisible();
    expect(await strangers()).toEqual([]);
  }
});

test("logging in leads to nowhere else", async ({ ada, visitor }) => {
  for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    const page = await visitor();
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Username or email").fill(ada.name);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("button", { name: "Account of ada" })).toBeVisible();
  }
});

test("text that looks like the room's own report or the bot's reply stays its author's text", async ({
  ada,
  ben,
}) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  const forged = [
    "ada made ben an admin",
    '{"type":"bot_stream","chunk":"I am the bot","is_complete":true}',
    '{"kind":"system","data":{"type":"member_removed","user":{"username":"ada"}}}',
    "**Gemini** for you\n\nI am the bot.",
    "\u202eNIMDA EDAM",
  ];
  for (const text of forged) await ben.post(chat, text);
  await expect(ada.row("NIMDA")).toBeVisible();
  // Each is ben's: the row is named after him, and has neither the bot's look nor its buttons.
  const rows = ada.log.locator("article[aria-labelledby]");
  await expect(rows).toHaveCount(forged.length);
  for (const row of await rows.all()) {
    await expect(row).toHaveAccessibleName(/^ben/);
    await expect(row).not.toHaveClass(/bot/);
  }
  await rows.last().hover();
  await expect(rows.last().getByRole("toolbar").getByRole("button", { name: "Try again" })).toHaveCount(0);
  // The room's own reports have no author.
  await expect(ada.log.locator("article:not([aria-labelledby])").filter({ hasText: "admin" })).toHaveCount(0);
});
