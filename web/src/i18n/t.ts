import { formatNumber } from "./format";
import { type Catalogue, catalogue, locale } from "./locale";

type Singular<K extends string> = K extends `${infer Stem}_${Intl.LDMLPluralRule}` ? Stem : K;

/** `section.key`; a plural's forms (`key_one`, `key_other`) are one key. */
export type Key = {
  [S in keyof Catalogue & string]: `${S}.${Singular<keyof Catalogue[S] & string>}`;
}[keyof Catalogue & string];

export type Values = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();

function plural(count: number): Intl.LDMLPluralRule {
  const language = locale();
  const known = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, known);
  return known.select(count);
}

/** The text of a key in the reader's language; `{{name}}` is filled from `values`, `count` chooses the plural. */
export function t(key: Key, values?: Values): string {
  const dot = key.indexOf(".");
  const section: Record<string, string> | undefined = catalogue()[key.slice(0, dot) as keyof Catalogue];
  const name = key.slice(dot + 1);
  const count = values?.["count"];
  const form = typeof count === "number" ? section?.[`${name}_${plural(count)}`] : undefined;
  const text = form ?? section?.[name] ?? key;
  return values ? text.replace(/\{\{(\w+)\}\}/g, (_, word: string) => shown(values[word])) : text;
}

function shown(value: string | number | undefined): string {
  return typeof value === "number" ? formatNumber(value) : (value ?? "");
}
