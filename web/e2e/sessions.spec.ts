import { createHmac } from "node:crypto";
import { SECRET } from "./support/server";
import { expect, PASSWORD, test } from "./support/test";

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The same token, as it would be had it been given out twenty minutes ago. */
function expired(token: string): string {
  const [, payload = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { iat: number; exp: number };
  const old = { ...claims, iat: claims.iat - 1_200, exp: claims.exp - 1_200 };
  const signed = `${encoded({ typ: "JWT", alg: "HS256" })}.${encoded(old)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

test("a token that the server refuses as too old is replaced, and nobody notices", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  let refused = 0;
  ada.page.on("response", (response) => {
    if (response.status() === 401) refused++;
  });
  await ada.page.route(
    "/api/auth/refresh",
    async (route) => {
      const response = await route.fetch();
      const token = (await response.json()) as { access_token: string };
      await route.fulfill({ response, json: { ...token, access_token: expired(token.access_token) } });
    },
    { times: 1 },
  );
  await ada.enter(chat);
  await ada.say("Still in");
  await expect(ada.row("Still in").getByText("Sent")).toBeVisible();
  expect(refused).toBeGreaterThan(0);
});

test("after a long sleep the token is renewed before it is used, without a reload", async ({ ada, ben }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  const trip = await ada.newChat("Summer trip", ben);
  await ada.page.clock.install();
  await ada.enter(chat);
  await ada.box.fill("written before the sleep");
  await ada.page.evaluate(() => {
    (window as { stayed?: boolean }).stayed = true;
  });
  const renewed = ada.page.waitForResponse("**/api/auth/refresh");
  await ben.post(trip, "While you slept");
  await ada.page.clock.fastForward("20:00");
  await ada.chat("Summer trip").click();
  expect((await renewed).status()).toBe(200);
  await expect(ada.row("While you slept")).toBeVisible();
  await ada.chat("Kitchen table").click();
  await expect(ada.box).toHaveValue("written before the sleep");
  await ada.box.press("Enter");
  await expect(ada.row("written before the sleep")).toBeVisible();
  expect(await ada.page.evaluate(() => (window as { stayed?: boolean }).stayed)).toBe(true);
});

test("two tabs stay in step: messages, drafts, what is read, and the way out", async ({ ada, ben }) => {
  const table = await ada.newChat("Kitchen table", ben);
  const trip = await ada.newChat("Summer trip", ben);
  await ada.enter(table);
  const other = await ada.context.newPage();
  await other.goto(`/c/${trip}`);
  const listed = other
    .getByRole("navigation", { name: "Chats" })
    .getByRole("link")
    .filter({ hasText: "Kitchen table" });
  await expect(listed).toBeVisible();

  await ada.say("Said in the first tab");
  await expect(listed).toContainText("You: Said in the first tab");
  await ben.post(table, "Read in the first tab");
  await expect(ada.row("Read in the first tab")).toBeVisible();
  await expect(listed).toContainText("Read in the first tab");
  await expect(listed).not.toContainText("unread");

  await ada.box.fill("begun here");
  await listed.click();
  await expect(other.locator("#main textarea")).toHaveValue("begun here");
  await other.locator("#main textarea").fill("begun here, ended there");
  await expect(ada.box).toHaveValue("begun here, ended there");

  await other.getByRole("button", { name: "Account of ada" }).click();
  await other.getByRole("menuitem", { name: "Log out" }).click();
  for (const page of [ada.page, other])
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("two tabs that renew at once do not end the session", async ({ ada }) => {
  const chat = await ada.newChat("Kitchen table");
  const pages = [ada.page, ...(await Promise.all([1, 2].map(() => ada.context.newPage())))];
  await Promise.all(pages.map((page) => page.goto(`/c/${chat}`)));
  for (const page of pages)
    await expect(page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
  await Promise.all(pages.map((page) => page.reload()));
  for (const page of pages)
    await expect(page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
});

test("whoever is removed while watching sees nothing more", async ({ ada, ben, standin }) => {
  const chat = await ada.newChat("Kitchen table", ben);
  await ben.enter(chat);
  await ada.enter(chat);
  const held = await standin.hold({ text: "Not for ben any more, this last part.", chunkSize: 4 });
  await ada.say("/bot A secret");
  await held.release(3);
  await expect(ben.row("Not for ben")).toBeVisible();
  await ada.page.getByRole("button", { name: /^Members, / }).click();
  await ada.page.getByRole("button", { name: "What to do with ben" }).click();
  await ada.page.getByRole("menuitem", { name: "Remove from the chat…" }).click();
  await ada.page
    .getByRole("alertdialog", { name: "Remove ben from “Kitchen table”?" })
    .getByRole("button", { name: "Remove" })
    .click();
  await expect(ben.page.getByRole("heading", { name: "This chat is not here" })).toBeVisible();
  await expect(ben.chat("Kitchen table")).toHaveCount(0);
  await held.open();
  await expect(ada.row("this last part.")).toBeVisible();
  await expect(ben.page.getByText("last part")).toHaveCount(0);
});

test("a session that is ended from elsewhere ends at once", async ({ ada, visitor }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  const other = await visitor();
  await other.goto("/login");
  await other.getByLabel("Username or email").fill("ada");
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Log in" }).click();
  await expect(other.getByRole("button", { name: "Account of ada" })).toBeVisible();
  const sessions = await ada.call<{ id: string; current: boolean }[]>("GET", "/auth/sessions");
  const theirs = sessions.find(({ current }) => !current);
  await ada.call("DELETE", `/auth/sessions/${theirs?.id}`);
  await expect(other.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(ada.page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
});
