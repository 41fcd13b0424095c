import { create } from "zustand";
import { preferredLocale, setLocale } from "../i18n";
import { store as keep, onStored, stored } from "../wire/storage";

export type Settings = {
  theme: "light" | "dark" | "system";
  locale: "en" | "de" | "system";
  density: "comfy" | "compact";
  enter: "send" | "newline";
  notifications: boolean;
};

/** public/theme.js reads it before the first paint. */
const KEY = "coop.settings";

const defaults: Settings = {
  theme: "system",
  locale: "system",
  density: "comfy",
  enter: "send",
  notifications: true,
};

const store = create<Settings>(() => defaults);

export function useSettings(): Settings {
  return store();
}

export function settings(): Settings {
  return store.getState();
}

export function setSetting<K extends keyof Settings>(key: K, value: Settings[K]): void {
  store.setState({ [key]: value });
  keep(KEY, store.getState());
  apply();
}

/** Theme, language and density; resolves when the language is there. They belong to the browser, not to a person. */
export function startSettings(): Promise<void> {
  load();
  onStored(KEY, () => {
    load();
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  addEventListener("languagechange", apply);
  return apply();
}

function load(): void {
  const saved = stored(KEY);
  store.setState({ ...defaults, ...(typeof saved === "object" ? saved : {}) }, true);
}

function apply(): Promise<void> {
  const { theme, locale, density } = store.getState();
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const { classList, dataset } = document.documentElement;
  classList.toggle("dark", theme === "dark" || (theme === "system" && prefersDark));
  dataset["density"] = density;
  // Around an installed app, and above the page on phones. The page names one for each of the system's themes,
  // and the reader's may be the other.
  const canvas = getComputedStyle(document.documentElement).getPropertyValue("--bg");
  for (const frame of document.querySelectorAll("meta[name=theme-color]"))
    frame.setAttribute("content", canvas);
  return setLocale(locale === "system" ? preferredLocale() : locale);
}
