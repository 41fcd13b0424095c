import { expect, test } from "vitest";
import { deviceOf } from "./device";

const mozilla = "Mozilla/5.0";
const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0";

test.each([
  [`${mozilla} (X11; Linux x86_64) ${chrome} Safari/537.36`, "desktop", "Chrome", "Linux"],
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/156.0.0.0`,
    "desktop",
    "Edge",
    "Windows",
  ],
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 OPR/120.0`,
    "desktop",
    "Opera",
    "Windows",
  ],
  [
    `${mozilla} (X11; Ubuntu; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0`,
    "desktop",
    "Firefox",
    "Linux",
  ],
  [
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/26.0 Safari/605.1.15`,
    "desktop",
    "Safari",
    "macOS",
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 26_0 like Mac OS X) ${webkit} Version/26.0 Mobile/15E148 Safari/604.1`,
    "mobile",
    "Safari",
    "iPhone",
  ],
  [
    `${mozilla} (iPad; CPU OS 26_0 like Mac OS X) ${webkit} CriOS/156.0 Mobile/15E148 Safari/604.1`,
    "mobile",
    "Chrome",
    "iPad",
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 26_0 like Mac OS X) ${webkit} FxiOS/150.0 Mobile/15E148 Safari/605.1.15`,
    "mobile",
    "Firefox",
    "iPhone",
  ],
  [`${mozilla} (Linux; Android 16; K) ${chrome} Mobile Safari/537.36`, "mobile", "Chrome", "Android"],
  [
    `${mozilla} (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/140.0.0.0 Mobile Safari/537.36`,
    "mobile",
    "Samsung Internet",
    "Android",
  ],
  [`${mozilla} (X11; CrOS x86_64 14541.0.0) ${chrome} Safari/537.36`, "desktop", "Chrome", "ChromeOS"],
  ["curl/8.5.0", "program", "curl", undefined],
  ["python-requests/2.32", "program", "python-requests", undefined],
  [`${mozilla} (compatible)`, "program", undefined, undefined],
  ["", "program", undefined, undefined],
  [null, "program", undefined, undefined],
] as const)("a log-in says what it came from: %s", (userAgent, kind, browser, system) => {
  const device = deviceOf(userAgent);
  expect([device.kind, device.browser, device.system]).toEqual([kind, browser, system]);
});
