// Lighthouse's scores of three pages, as a phone with a slow network sees them:
// scripts/demo --port 0 -- scripts/web lighthouse
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";

const { COOP_URL: url, COOP_CHAT: chat, COOP_PASSWORD: password } = process.env;
const CATEGORIES = ["performance", "accessibility", "best-practices"];

const port = await freePort();
const profile = await mkdtemp(join(tmpdir(), "coop-lighthouse-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", `--remote-debugging-port=${port}`],
});
try {
  await score("login", "/login");
  await logIn();
  await score("home", "/");
  await score("room", `/c/${chat}`);
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}

async function logIn() {
  const page = await browser.newPage();
  await page.goto(`${url}/login`);
  await page.getByLabel("Username or email").fill("ada");
  await page.locator('input[type="password"]').fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((address) => address.pathname !== "/login");
  await page.close();
}

async function score(name, path) {
  // Whoever is in stays in.
  const options = { port, onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error" };
  const { lhr } = await lighthouse(url + path, options);
  const scores = CATEGORIES.map((id) => `${id} ${Math.round(lhr.categories[id].score * 100)}`);
  console.log(`${name.padEnd(6)} ${scores.join(", ")}`);
  const wanting = Object.values(lhr.audits).filter(
    ({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score === 0,
  );
  for (const { id, title } of wanting) console.log(`       ${id}: ${title}`);
}

/** The browser's own pipe is not enough: Lighthouse speaks to a port. */
function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}
