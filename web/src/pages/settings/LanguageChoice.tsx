import { useEffect, useRef } from "react";
import { type Locale, preferredLocale, t } from "../../i18n";
import { Choice } from "../../ui/Choice";

type Language = Locale | "system";

type LanguageChoiceProps = {
  locales: readonly Locale[];
  value: Language;
  onValueChange: (value: Language) => void;
};

/** Another language draws the page anew; whoever chose it by keyboard goes on where they were. */
let chosenHere = false;

export function LanguageChoice({ locales, value, onValueChange }: LanguageChoiceProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosenHere) place.current?.querySelector<HTMLElement>("input:checked")?.focus();
    chosenHere = false;
  }, []);
  const system = t("settings.language_system", { language: nameOf(preferredLocale()) });
  return (
    <div ref={place}>
      <Choice<Language>
        label={t("settings.language")}
        value={value}
        onValueChange={(next) => {
          chosenHere = true;
          onValueChange(next);
        }}
        options={[
          { value: "system", label: system },
          ...locales.map((locale) => ({ value: locale, label: nameOf(locale) })),
        ]}
      />
    </div>
  );
}

/** Each language in its own words: whoever looks for theirs may not read the present one. */
function nameOf(locale: Locale): string {
  const name = new Intl.DisplayNames(locale, { type: "language" }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}
