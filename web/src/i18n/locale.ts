export type Locale = "en" | "de";

/** The language in use; a component that calls it is drawn again when the language changes. */
export function useLocale(): Locale {
  throw new Error("not yet");
}
