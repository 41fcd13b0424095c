import { locales, t } from "../../i18n";
import { commandKey } from "../../shell/shortcuts";
import { type Settings, setSetting, useSettings } from "../../state/settings";
import { Choice } from "../../ui/Choice";
import { LanguageChoice } from "./LanguageChoice";
import { Section } from "./Section";
import { tellSaved } from "./saved";
import { ThemePicture } from "./ThemePicture";

function set<K extends keyof Settings>(key: K, value: Settings[K]) {
  setSetting(key, value);
  tellSaved();
}

export default function Appearance() {
  const { theme, locale, density, enter } = useSettings();
  return (
    <>
      <p className="pt-1 text-ink-2 text-sm">{t("settings.appearance_text")}</p>
      <Section title={t("shell.theme")}>
        <Choice
          label={t("shell.theme")}
          value={theme}
          onValueChange={(value) => set("theme", value)}
          options={[
            { value: "light", label: t("shell.theme_light"), picture: <ThemePicture theme="light" /> },
            { value: "dark", label: t("shell.theme_dark"), picture: <ThemePicture theme="dark" /> },
            { value: "system", label: t("shell.theme_system"), picture: <ThemePicture theme="system" /> },
          ]}
        />
      </Section>
      <Section title={t("settings.language")}>
        <LanguageChoice locales={locales} value={locale} onValueChange={(value) => set("locale", value)} />
      </Section>
      <Section title={t("settings.density")}>
        <Choice
          label={t("settings.density")}
          value={density}
          onValueChange={(value) => set("density", value)}
          options={[
            { value: "comfy", label: t("settings.density_comfy"), hint: t("settings.density_comfy_hint") },
            {
              value: "compact",
              label: t("settings.density_compact"),
              hint: t("settings.density_compact_hint"),
            },
          ]}
        />
      </Section>
      <Section title={t("settings.enter")} text={t("settings.enter_text")}>
        <Choice
          label={t("settings.enter")}
          value={enter}
          onValueChange={(value) => set("enter", value)}
          options={[
            { value: "send", label: t("settings.enter_send"), hint: t("settings.enter_send_hint") },
            {
              value: "newline",
              label: t("settings.enter_newline"),
              hint: t("settings.enter_newline_hint", { key: commandKey() }),
            },
          ]}
        />
      </Section>
    </>
  );
}
