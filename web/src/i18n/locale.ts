import { create } from "zustand";
import type en from "../../locales/en.json";
import type pagesEn from "../../locales/pages/en.json";

type Core = typeof en;
type Pages = typeof pagesEn;
export type Catalogue = Core & Pages;

/**
 * None comes with the page, so that nobody fetches a language that they do not read. What only settings and usage
 * say is apart: a room is opened more often than all of them together.
 */
const catalogues = {
  en: {
    core: () => import("../../locales/en.json").then((module): Core => module.default),
    pages: () => import("../../locales/pages/en.json").then((module): Pages => module.default),
  },
  de: {
    core: () => import("../../locales/de.json").then((module): Core => module.default),
    pages: () => import("../../locales/pages/de.json").then((module): Pages => module.default),
  },
};

export type Locale = keyof typeof catalogues;

export const locales: readonly Locale[] = ["en", "de"];

/** Before its texts are here, every text is called by its key. */
const store = create<{ locale: Locale; catalogue: Partial<Catalogue> }>(() => ({
  locale: "en",
  catalogue: {},
}));

/** The language in use. `t` is no hook: the root draws everything again when this changes. */
export function useLocale(): Locale {
  return store((state) => state.locale);
}

export function locale(): Locale {
  return store.getState().locale;
}

/** The language in use as it is written where the reader lives, by their browser's word: 14:05 or 2:05 PM. */
export function regional(): string {
  const base = locale();
  return navigator.languages.find((language) => language.split("-")[0] === base) ?? base;
}

export function catalogue(): Partial<Catalogue> {
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
let wantsPages = false;

/** Changes the language as soon as its texts are here; stays as it is where they cannot be fetched. */
export async function setLocale(next: Locale): Promise<void> {
  wanted = next;
  const catalogue = await fetchTexts(next).catch(() => undefined);
  // Whoever asked last wins, whichever file came last.
  if (wanted !== next || !catalogue) return;
  document.documentElement.lang = next;
  store.setState({ locale: next, catalogue });
}

async function fetchTexts(language: Locale): Promise<Partial<Catalogue>> {
  const { core, pages } = catalogues[language];
  const [first, further] = await Promise.all([core(), wantsPages ? pages() : {}]);
  return { ...first, ...further };
}

/** What a page says, before the page: from now on these texts come with every language. */
export async function withPageTexts<Page>(page: Promise<Page>): Promise<Page> {
  wantsPages = true;
  if (!catalogue().usage) await setLocale(wanted);
  if (!catalogue().usage) throw new Error("the texts could not be fetched");
  return page;
}
