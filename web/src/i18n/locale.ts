import { create } from "zustand";
import en from "../../locales/en.json";

export type Catalogue = typeof en;

/** English comes with the page; every other language is fetched when it is wanted. */
const others = {
  de: () => import("../../locales/de.json").then((module): Catalogue => module.default),
};

export type Locale = "en" | keyof typeof others;

export const locales: readonly Locale[] = ["en", "de"];

const store = create<{ locale: Locale; catalogue: Catalogue }>(() => ({ locale: "en", catalogue: en }));

/** The language in use. `t` is no hook: the root draws everything again when this changes. */
export function useLocale(): Locale {
  return store((state) => state.locale);
}

export function locale(): Locale {
  return store.getState().locale;
}

export function catalogue(): Catalogue {
  return store.getState().catalogue;
}

/** The first of the reader's languages that there is. */
export function preferredLocale(languages: readonly string[] = navigator.languages): Locale {
  for (const language of languages) {
    const base = language.split("-")[0];
    const found = locales.find((locale) => locale === base);
    if (found) return found;
  }
  return "en";
}

let wanted: Locale = "en";

/** Changes the language as soon as its texts are here; stays as it is where they cannot be fetched. */
export async function setLocale(next: Locale): Promise<void> {
  wanted = next;
  const catalogue = next === "en" ? en : await others[next]().catch(() => undefined);
  // Whoever asked last wins, whichever file came last.
  if (wanted !== next || !catalogue) return;
  document.documentElement.lang = next;
  store.setState({ locale: next, catalogue });
}
