import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installEdge, removeEdge } from "../test/edge";
import { Server } from "../test/server";
import { openTab, pass, see } from "../test/tab";

let server: Server;

beforeEach(() => {
  installEdge();
  document.documentElement.className = "";
  server = new Server();
  server.install();
});

afterEach(removeEdge);

const isDark = () => document.documentElement.classList.contains("dark");

test("a setting is kept, applied at once, and read by the script that runs before the first paint", async () => {
  const tab = await openTab();
  const settings = see(tab.useSettings);
  tab.setSetting("theme", "dark");
  tab.setSetting("density", "compact");
  await pass();
  expect(settings.now).toMatchObject({ theme: "dark", density: "compact", enter: "send" });
  expect([isDark(), document.documentElement.dataset["density"]]).toEqual([true, "compact"]);
  expect(JSON.parse(localStorage.getItem("coop.settings") ?? "")).toMatchObject({ theme: "dark" });
  expect(see((await openTab()).useSettings).now.theme).toBe("dark");
});

test("the other tabs follow", async () => {
  const tab = await openTab();
  localStorage.setItem("coop.settings", JSON.stringify({ theme: "dark", locale: "de" }));
  dispatchEvent(new StorageEvent("storage", { key: "coop.settings" }));
  await pass(10);
  await vi.waitFor(() => expect(document.documentElement.lang).toBe("de"));
  expect([isDark(), see(tab.useSettings).now.density]).toEqual([true, "comfy"]);
});

test("the system's theme is followed until one is chosen", async () => {
  const media = Object.assign(new EventTarget(), { matches: true });
  vi.stubGlobal("matchMedia", () => media);
  const tab = await openTab();
  expect(isDark()).toBe(true);
  media.matches = false;
  media.dispatchEvent(new Event("change"));
  expect(isDark()).toBe(false);
  tab.setSetting("theme", "light");
  media.matches = true;
  media.dispatchEvent(new Event("change"));
  expect(isDark()).toBe(false);
});

test.each(["nonsense", "7", '"dark"', "null", "[]"])(
  "settings that are %s are no settings",
  async (saved) => {
    localStorage.setItem("coop.settings", saved);
    expect(see((await openTab()).useSettings).now).toMatchObject({ theme: "system", notifications: true });
  },
);
