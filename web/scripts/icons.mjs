// Draws the PNG icons, as some systems take no SVG: `node scripts/icons.mjs` after a change to one of these.
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const drawings = [
  { from: "icon.svg", to: "icon-192.png", size: 192 },
  { from: "icon.svg", to: "icon-512.png", size: 512 },
  { from: "maskable.svg", to: "maskable-192.png", size: 192 },
  { from: "maskable.svg", to: "maskable-512.png", size: 512 },
  // iOS rounds the corners itself, and fills what is transparent with black.
  { from: "maskable.svg", to: "apple-touch-icon.png", size: 180 },
];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const { from, to, size } of drawings) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const picture = readFileSync(`public/icons/${from}`, "base64");
  await page.setContent(
    `<style>body{margin:0}img{display:block}</style><img src="data:image/svg+xml;base64,${picture}" width="${size}" height="${size}">`,
  );
  await page.screenshot({ path: `public/icons/${to}`, omitBackground: true });
  await page.close();
}
await browser.close();
