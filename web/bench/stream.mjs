// What a streamed answer costs in a room of 10,000 messages, and whether the reader's place holds: `npm run bench`.
// Needs the built server and stand-in (COOP_BINARIES, default target/release) and Chromium; fails past the limits.
import { chromium } from "@playwright/test";
import { tapSocket, watch } from "./page.mjs";
import { furnish, start } from "./server.mjs";
import { answer } from "./texts.mjs";

const MESSAGES = 10_000;
const HERTZ = 50;
const CHARACTERS = 24;
const PREPENDS = 5;
const PATIENCE_MS = 120_000;
/**
 * So often a streamed answer is measured until it is within the limit. The thread's time is no clock, but a processor
 * that is shared gives less for it: what else runs only ever adds, here up to half. So the cheapest answer is the
 * nearest to the app's own cost, and an app that is too dear is so each time.
 */
const ATTEMPTS = 3;
/** The budget is 4 ms; a machine that others use as well may be told to be content with more: `npm run bench -- 6`. */
const LIMIT = { msPerChunk: Number(process.argv[2] ?? 4), px: 1 };

let failed = false;

function tell(name, value, holds = true) {
  failed ||= !holds;
  console.log(`${holds ? "  " : "✗ "}${name.padEnd(44)} ${value}`);
}

const server = await start();
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--enable-precise-memory-info"],
});
try {
  const room = await furnish(server.url, MESSAGES);
  const page = await enter(room);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await fillMemory(page);
  tell("rows in the page of those in memory", await page.locator('[role="log"] article').count());
  await affordable(page, devtools, room);
  await drift(page, room);
  await prepends(page);
  await scrolling(page);
} finally {
  await browser.close();
  await server.stop();
}
process.exitCode = failed ? 1 : 0;

async function enter({ chat, username, password }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => tell("error in the page", error.message, false));
  await page.addInitScript(tapSocket);
  await page.addInitScript(watch);
  await page.goto(`${server.url}/login`);
  await page.getByLabel("Username or email").fill(username);
  await page.locator('input[type="password"]').fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  await page.goto(`${server.url}/c/${chat}`);
  await page.locator('[role="log"] article').last().waitFor();
  return page;
}

async function wheel(page, px, times) {
  const log = await page.locator('[role="log"]').boundingBox();
  await page.mouse.move(log.x + log.width / 2, log.y + log.height / 2);
  for (let time = 0; time < times; time++) {
    await page.mouse.wheel(0, px);
    await page.waitForTimeout(16);
  }
}

/** As many messages as the page ever keeps: one who has read back and returned has the most to carry. */
async function fillMemory(page) {
  let pages = 1;
  page.on("response", (answer) => {
    if (answer.url().includes("/messages?before=")) pages++;
  });
  while (pages < 20) await wheel(page, -3000, 4);
  tell("messages in memory", pages * 100);
  await jump(page);
}

async function jump(page) {
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await page.waitForFunction(() => window.bench.gap() < 2);
}

/** Asks, and waits for the reply to begin. */
async function asked(page, room) {
  const before = await page.evaluate(() => window.bench.reply());
  await room.ask();
  await page.waitForFunction((last) => window.bench.reply() !== last, before);
}

/** Gives the app our text instead of the model's. */
function fed(page, characters = Number.POSITIVE_INFINITY) {
  return page.evaluate(
    ([text, size, hertz]) => window.bench.feed(text, size, hertz),
    [answer().slice(0, characters), CHARACTERS, HERTZ],
  );
}

/** Ends the model's own reply. */
async function stopped(page) {
  await page.keyboard.press("Control+.");
  await page.getByText("Stopped by").last().waitFor();
}

async function affordable(page, devtools, room) {
  const costs = [];
  do costs.push(await cost(page, devtools, room));
  while (costs.at(-1) > LIMIT.msPerChunk && costs.length < ATTEMPTS);
  const least = Math.min(...costs);
  const all = costs.map((each) => each.toFixed(2)).join(", ");
  tell("within the limit", `${all} of ${LIMIT.msPerChunk} ms a chunk`, least <= LIMIT.msPerChunk);
}

/**
 * The main thread's own time, not the clock's, which would count other programs too. All of it counts, what the page
 * does at rest and the feeding of the chunks as well.
 */
async function cost(page, devtools, room) {
  const spent = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const seconds = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    const chunks = await page.evaluate(() => window.bench.fed);
    return { chunks, all: seconds.TaskDuration * 1000, script: seconds.ScriptDuration * 1000 };
  };
  const idle = await spent();
  await page.waitForTimeout(2000);
  tell("main thread at rest, ms a second", (((await spent()).all - idle.all) / 2).toFixed(1));
  // Follows to the very end, which is more work than to stay where the answer begins.
  await asked(page, room);
  let running = true;
  const follow = page.getByRole("button", { name: "Still writing" }).click();
  const done = fed(page).finally(() => {
    running = false;
  });
  const seconds = [];
  let last = await spent();
  while (running) {
    await page.waitForTimeout(1000);
    const now = await spent();
    const chunks = now.chunks - last.chunks;
    seconds.push({ all: (now.all - last.all) / chunks, script: (now.script - last.script) / chunks });
    last = now;
  }
  const { chunks, ms } = await done;
  await follow;
  // The first and the last second are not full of chunks.
  const full = seconds.slice(1, -1);
  const all = median(full.map((second) => second.all));
  tell("chunks", `${chunks} in ${(ms / 1000).toFixed(1)} s`);
  tell("main thread, ms a chunk (median)", all.toFixed(2));
  tell("  of it script", median(full.map((second) => second.script)).toFixed(2));
  tell("  at the beginning and at the end", `${full[0]?.all.toFixed(2)}, ${full.at(-1)?.all.toFixed(2)}`);
  const gap = await page.evaluate(() => window.bench.gap());
  tell("left to the end after following, px", gap, gap <= LIMIT.px);
  await stopped(page);
  return all;
}

async function drift(page, room) {
  // Beyond the long answer that stands at the end.
  do await wheel(page, -700, 8);
  while (!(await page.evaluate(() => window.bench.middle())));
  await page.waitForTimeout(500);
  await asked(page, room);
  const stop = await page.evaluateHandle(() => window.bench.hold(window.bench.middle()));
  await fed(page, 6000);
  held("drift while an answer comes", await stop.evaluate((stop) => stop()));
  await stopped(page);
}

async function prepends(page) {
  // The trimmed memory is at its newest end again, with all older pages to come.
  await page.reload();
  await page.locator('[role="log"] article').last().waitFor();
  for (let time = 1; time <= PREPENDS; time++) {
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    let asked;
    const asking = new Promise((resolve) => {
      asked = resolve;
    });
    await page.route("**/messages?before=*", async (route) => {
      asked();
      await released;
      await route.continue();
    });
    let waiting = true;
    asking.then(() => {
      waiting = false;
    });
    while (waiting) await wheel(page, -400, 4);
    await page.waitForTimeout(400);
    const height = await page.evaluate(() => document.querySelector('[role="log"]').scrollHeight);
    const stop = await page.evaluateHandle(() => window.bench.hold(window.bench.middle()));
    release();
    await page.waitForFunction((was) => document.querySelector('[role="log"]').scrollHeight > was, height);
    await page.waitForTimeout(400);
    held(`drift when 100 older ones come (${time})`, await stop.evaluate((stop) => stop()));
    await page.unroute("**/messages?before=*");
  }
}

async function scrolling(page) {
  const stop = await page.evaluateHandle(() => window.bench.scrolling());
  await wheel(page, -220, 250);
  const { frames, blank, wrongWay, slowest } = await stop.evaluate((stop) => stop());
  tell("frames of wheel scrolling", `${frames}, slowest ${slowest.toFixed(0)} ms`);
  tell("  with a hole", blank, blank === 0);
  tell("  that went the wrong way", wrongWay, wrongWay === 0);
}

function held(name, { px, frames, lost }) {
  tell(name, `${px.toFixed(1)} px in ${frames} frames`, px <= LIMIT.px && lost === 0 && frames > 0);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
