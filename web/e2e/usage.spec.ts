import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Budget, ChatId, UsageSum } from "../src/gen/api";
import { expect, type Person, test } from "./support/test";

const ANSWER = "First things first: bread, then cheese, then a long walk by the lake.";

// A model that has a price; the stand-in answers as whatever is asked.
const priced = { GEMINI_MODEL: "gemini-3.5-flash" };
test.use({ settings: priced });

/** As the page writes it for a reader in Britain. */
function money(microusd: number): string {
  const format = new Intl.NumberFormat("en-GB", {
    style: "currency",
    currency: "USD",
    maximumFractionDigits: 6,
  });
  return format.format(microusd / 1_000_000);
}

async function sumOf(person: Person, whose = ""): Promise<UsageSum> {
  const [sum] = await person.call<UsageSum[]>("GET", `${whose}/usage/stats?by=total`);
  if (!sum) throw new Error("nothing was used");
  return sum;
}

/** What a reply cost is known when it has ended. */
async function settled(person: Person, chat: ChatId): Promise<void> {
  const queue = () => person.call("GET", `/chats/${chat}/queue`);
  await expect.poll(queue).toMatchObject({ running: [], waiting: [] });
}

const figure = (page: Page, name: string) =>
  page.locator("#main dl > div").filter({ hasText: name }).locator("dd");

test("a reply's price shows on hover, and who asked and every count in its menu", async ({
  ada,
  standin,
}) => {
  const chat = await ada.newChat("Kitchen table");
  await ada.enter(chat);
  await standin.answer({ text: ANSWER });
  await ada.say("/bot What shall we do?");
  await expect(ada.row(ANSWER)).toBeVisible();
  await settled(ada, chat);
  const { total_tokens, prompt_tokens, cost_microusd } = await sumOf(ada);
  expect(cost_microusd).toBeGreaterThan(0);
  const cost = ada.row(ANSWER).getByText(`${total_tokens} tokens · ${money(cost_microusd)}`);
  await ada.box.hover();
  await expect(cost).toHaveCSS("opacity", "0");
  await ada.row(ANSWER).hover();
  await expect(cost).toHaveCSS("opacity", "1");
  await ada.row(ANSWER).getByRole("button", { name: "More" }).click();
  const menu = ada.page.getByRole("menu");
  for (const [name, text] of [
    ["Asked by", "ada"],
    ["Model", "gemini-3.5-flash"],
    ["Prompt", `${prompt_tokens}`],
    ["Tokens in all", `${total_tokens}`],
    ["Price", money(cost_microusd)],
  ] as const) {
    await expect(menu.getByText(`${name}: ${text}.`)).toBeVisible();
  }
  await examine(ada.page, "aria-required-children");
});

test("one's usage has the figures of the API after three replies, and gives them as a file", async ({
  ada,
  ben,
  standin,
}) => {
  await standin.play({ text: ANSWER });
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.enter(chat);
  await ben.enter(chat);
  for (const question of ["one", "two", "three"]) {
    await ada.say(`/bot ${question}`);
    await expect(ada.row(ANSWER)).toHaveCount(["one", "two", "three"].indexOf(question) + 1);
  }
  await ben.say("/bot four");
  await expect(ada.row(ANSWER)).toHaveCount(4);
  await settled(ada, chat);
  const mine = await sumOf(ada);
  expect(mine.calls).toBe(3);

  await ada.page.goto("/settings/usage");
  await expect(figure(ada.page, "Price")).toHaveText(money(mine.cost_microusd));
  await expect(figure(ada.page, "Tokens")).toHaveText(
    new Intl.NumberFormat("en-GB").format(mine.total_tokens),
  );
  await expect(figure(ada.page, "Calls")).toHaveText("3");

  await test.step("a slider over the days says what each of them used", async () => {
    const chart = ada.page.getByRole("slider", { name: "Price for each day" });
    await expect(chart).toHaveAttribute(
      "aria-valuetext",
      new RegExp(`${mine.total_tokens}.* tokens, 3 calls$`),
    );
    await chart.press("ArrowLeft");
    await expect(chart).toHaveAttribute("aria-valuetext", /: US\$0\.00, 0 tokens, 0 calls$/);
  });

  await test.step("the same stands in a table, by model and by chat", async () => {
    await ada.page.getByText("The same as a table").click();
    await expect(ada.page.getByRole("table", { name: "By day" })).toContainText(money(mine.cost_microusd));
    await ada.page.getByLabel("Chat", { exact: true }).check();
    const row = ada.page.getByRole("table", { name: "By chat" }).getByRole("row", { name: "Kitchen table" });
    await expect(row).toContainText(money(mine.cost_microusd));
  });

  await test.step("each call is listed, and the file has them all", async () => {
    await expect(ada.page.getByRole("list", { name: "Every call" }).getByRole("listitem")).toHaveCount(3);
    const [download] = await Promise.all([
      ada.page.waitForEvent("download"),
      ada.page.getByRole("button", { name: "Calls as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^usage-history-.*\.csv$/);
    const [titles, ...lines] = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
    const column = titles?.split(",").indexOf("cost_microusd") ?? -1;
    const costs = lines.map((line) => Number(line.split(",")[column]));
    expect(costs).toHaveLength(3);
    expect(costs.reduce((sum, cost) => sum + cost)).toBe(mine.cost_microusd);
  });

  await test.step("the chat's usage is everybody's in it, and the menu leads there", async () => {
    const all = await sumOf(ada, `/chats/${chat}`);
    await ada.enter(chat);
    await ada.page.getByRole("button", { name: "More for this chat" }).click();
    await ada.page.getByRole("menuitem", { name: "Usage" }).click();
    await expect(figure(ada.page, "Price")).toHaveText(money(all.cost_microusd));
    await ada.page.getByLabel("Person", { exact: true }).check();
    await expect(ada.page.getByRole("table", { name: "By person" }).getByRole("row")).toHaveCount(4);
  });
});

test("days on which nothing was asked say so, and days that cannot be are not looked at", async ({ ada }) => {
  await ada.page.goto("/settings/usage");
  await expect(ada.page.getByRole("heading", { name: "Nothing was asked in these days" })).toBeVisible();
  await ada.page.getByLabel("From").fill("2020-01-01");
  await expect(ada.page.locator("#main").getByRole("alert")).toHaveText("At most a year at once.");
  await ada.page.getByLabel("7 days").check();
  await expect(ada.page.locator("#main").getByRole("alert")).toHaveCount(0);
});

test("a budget that has no room left refuses the reply, says whose it is, and how much is left", async ({
  ada,
  ben,
  standin,
}) => {
  await standin.play({ text: ANSWER });
  const chat = await ada.newChat("Kitchen table", ben);
  await ada.page.goto(`/c/${chat}/usage`);
  await expect(ada.page.getByText("No budget bounds this.")).toBeVisible();
  await ada.page.getByRole("button", { name: "Set budgets" }).click();
  const dialog = ada.page.getByRole("dialog");
  await dialog.getByLabel("Dollars a day").fill("five");
  await dialog.getByRole("button", { name: "Save budgets" }).click();
  await expect(dialog.getByText("A number, 0 or more.")).toBeVisible();
  await dialog.getByLabel("Dollars a day").fill("");
  await dialog.getByLabel("Tokens a month").fill("1");
  await dialog.getByRole("button", { name: "Save budgets" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(ada.page.getByText("1 of 1 tokens left")).toBeVisible();
  const [budget] = await ada.call<Budget[]>("GET", `/chats/${chat}/budget`);
  expect(budget).toMatchObject({ scope: "room", period: "month", unit: "tokens", amount: 1, set: true });

  await ben.enter(chat);
  await ben.say("/bot What shall we do?");
  await expect(
    ben.row("The budget of this chat for this month has no room for another reply."),
  ).toBeVisible();
  await ben.page.goto(`/c/${chat}/usage`);
  await expect(ben.page.getByText("1 of 1 tokens left")).toBeVisible();
  await expect(ben.page.getByRole("button", { name: "Set budgets" })).toHaveCount(0);
});

test.describe("asked too fast", () => {
  test.use({ settings: { ...priced, QUESTIONS_PER_MINUTE: "1" } });

  test("a question says when it goes out by itself", async ({ ada, standin }) => {
    await standin.play({ text: ANSWER });
    const chat = await ada.newChat("Kitchen table");
    await ada.enter(chat);
    await ada.say("/bot one");
    await expect(ada.row(ANSWER)).toBeVisible();
    await ada.say("/bot two");
    await expect(ada.row("/bot two")).toContainText(/It goes out by itself in \d+ seconds/);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("an administrator sees everybody's, bounds a person, and axe finds nothing on these pages", async ({
      visitor,
      server,
      ada,
      standin,
    }) => {
      await standin.play({ text: ANSWER });
      const chat = await ada.newChat("Kitchen table");
      await ada.enter(chat);
      await ada.say("/bot one");
      await expect(ada.row(ANSWER)).toBeVisible();
      await settled(ada, chat);
      const mine = await sumOf(ada);

      const page = await visitor();
      await page.goto(server.setupLink ?? "");
      await page.getByLabel("Username").fill("root");
      await page.getByLabel("Email").fill("root@example.org");
      await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
      await page.getByRole("button", { name: "Create the administrator’s account" }).click();
      await expect(page.getByRole("button", { name: "Account of root" })).toBeVisible();
      await page.goto("/settings/server-usage");
      await expect(figure(page, "Price")).toHaveText(money(mine.cost_microusd));
      await page.getByText("The same as a table").click();
      await examine(page);
      await page.getByLabel("Person", { exact: true }).check();
      await page.getByRole("button", { name: "@ada" }).click();
      const dialog = page.getByRole("dialog", { name: "Budget of @ada" });
      await dialog.getByLabel("Dollars a month").fill("2.50");
      await examine(page);
      await dialog.getByRole("button", { name: "Save budgets" }).click();
      await expect(dialog).toHaveCount(0);

      await ada.page.setViewportSize({ width: 360, height: 740 });
      await ada.page.goto("/settings/usage");
      await expect(ada.page.getByText("of US$2.50 left")).toBeVisible();
      await expect(figure(ada.page, "Price")).toHaveText(money(mine.cost_microusd));
      await expect(ada.page.getByRole("slider")).toBeVisible();
      const sideways = await ada.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(sideways).toBe(0);
      await examine(ada.page);
      await ada.page.goto("/settings/server-usage");
      await expect(ada.page.getByRole("heading", { name: "There is nothing here" }).first()).toBeVisible();
    });
  });
}

/** By all rules, or by one where others are known to complain. */
async function examine(page: Page, rule?: string): Promise<void> {
  // One whose element goes is aborted, which is an end as well.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => one.finished)));
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rule ? axe.withRules(rule) : axe).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html.slice(0, 150))}`)).toEqual(
    [],
  );
}
