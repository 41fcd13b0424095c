import { expect, test } from "vitest";
import de from "../../locales/de.json";
import en from "../../locales/en.json";
import pagesDe from "../../locales/pages/de.json";
import pagesEn from "../../locales/pages/en.json";

type Texts = Record<string, Record<string, string>>;

function flat(catalogue: Texts): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([section, texts]) =>
      Object.entries(texts).map(([name, text]) => [`${section}.${name}`, text] as const),
    ),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const english: Texts = { ...en, ...pagesEn };
const others: Record<string, Texts> = { de: { ...de, ...pagesDe } };

test.each(Object.keys(others))("%s has the keys of English and no others, in the same order", (language) => {
  expect([...flat(others[language] ?? {}).keys()]).toEqual([...flat(english).keys()]);
});

test.each(Object.keys(others))("%s fills in what English fills in, and leaves no text empty", (language) => {
  const texts = flat(others[language] ?? {});
  for (const [key, text] of flat(english)) {
    expect(texts.get(key)?.trim(), key).toBeTruthy();
    // "one" may do without the number: "in a second".
    if (!key.endsWith("_one"))
      expect([key, placeholders(texts.get(key) ?? "")]).toEqual([key, placeholders(text)]);
  }
});

test("each plural has every form that its language needs", () => {
  for (const [language, catalogue] of Object.entries({ en: english, ...others })) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const keys = flat(catalogue);
    const stems = [...keys.keys()]
      .filter((key) => key.endsWith("_one"))
      .map((key) => key.slice(0, -"_one".length));
    for (const stem of stems) {
      for (const form of forms)
        expect(keys.has(`${stem}_${form}`), `${language}: ${stem}_${form}`).toBe(true);
    }
  }
});
