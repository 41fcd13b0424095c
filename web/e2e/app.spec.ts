import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";

test("a browser finds all that it needs to install the app", async ({ ada }) => {
  await ada.page.goto("/");
  const client = await ada.context.newCDPSession(ada.page);
  const { errors, url } = await client.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(url).toMatch(/manifest\.webmanifest$/);
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual(
    [],
  );
});

/** A file of the app that no other one names. */
async function styleOf(page: Page): Promise<string> {
  return (await page.locator("link[rel=stylesheet][href^='/assets/']").getAttribute("href")) ?? "";
}

test("a newer app is told of, and is what the next load shows", async ({ person, wire, server }) => {
  const ada = await person("ada", wire.url);
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await ada.box.fill("half a thought");
  const file = await styleOf(ada.page);
  // The server is replaced by one with another app.
  const newer = wire.rename(file);
  await server.stop();
  await server.start();
  const note = ada.page.getByRole("region", { name: "A new version of Gemini Coop is here." });
  await expect(note).toBeVisible();
  await ada.page.getByRole("button", { name: "Load again" }).click();
  await expect(ada.page.locator(`link[href="${newer}"]`)).toHaveCount(1);
  await expect(ada.box).toHaveValue("half a thought");
});

test("the worker never shows an app that the server no longer has", async ({ person, wire }) => {
  const ada = await person("ada", wire.url);
  await ada.page.goto("/");
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await ada.page.reload();
  await expect.poll(() => ada.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const file = await styleOf(ada.page);
  const newer = wire.rename(file);
  await ada.page.reload();
  await expect(ada.page.locator(`link[href="${newer}"]`)).toHaveCount(1);
  await expect(ada.page.locator(`link[href="${file}"]`)).toHaveCount(0);
});

test("without a server the page says so, and goes on by itself", async ({ ada, server }) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await server.stop();
  await ada.page.reload();
  await expect(ada.page.getByRole("heading", { name: "The server cannot be reached" })).toBeVisible();
  await server.start();
  await expect(ada.page.getByRole("heading", { name: "Kitchen table", level: 1 })).toBeVisible();
});

test("hashed files are kept for ever, the page and the worker never", async ({ ada }) => {
  const cached = async (path: string) => (await ada.context.request.get(path)).headers()["cache-control"];
  await ada.page.goto("/");
  const file = (await ada.page.locator("script[type=module][src]").first().getAttribute("src")) ?? "";
  expect(await cached(file)).toBe("public, max-age=31536000, immutable");
  expect(await cached("/")).toMatch(/no-store|no-cache/);
  expect(await cached("/sw.js")).toMatch(/no-store|no-cache/);
});
