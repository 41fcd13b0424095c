import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Each test has a server of its own, so that none waits for another.
  fullyParallel: true,
  workers: 2,
  // A test that needs a second try has found something: at the desk it fails. The check of everything shares its two
  // cores with whatever else runs there, tries once more, and prints such a test as flaky.
  retries: process.env["CI"] ? 1 : 0,
  forbidOnly: true,
  timeout: 90_000,
  // Long enough for two cores that somebody else uses as well; a green test never waits so long.
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    actionTimeout: 15_000,
    screenshot: "only-on-failure",
    // A trace of each page costs as much as the tests themselves; `--trace on` makes one where it is wanted.
    trace: "off",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        // In a container it cannot have one; only our own pages are opened.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
