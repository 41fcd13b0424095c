import type en from "../../locales/en.json";

type Catalogue = typeof en;
type Singular<K extends string> =
  K extends `${infer Stem}_${"zero" | "one" | "two" | "few" | "many" | "other"}` ? Stem : K;

/** `section.key`; a plural's forms (`key_one`, `key_other`) are one key. */
export type Key = {
  [S in keyof Catalogue & string]: `${S}.${Singular<keyof Catalogue[S] & string>}`;
}[keyof Catalogue & string];

export type Values = Record<string, string | number>;

/** The text of a key in the reader's language; `{{name}}` is filled from `values`, `count` chooses the plural. */
export function t(_key: Key, _values?: Values): string {
  throw new Error("not yet");
}
