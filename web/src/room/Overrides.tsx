import { useId } from "react";
import type { Overrides as Allowed } from "../gen/api";
import { t } from "../i18n";

export const EVERYTHING: Allowed = { model: true, generation: true, system_prompt: true };

type OverridesProps = { value: Allowed; onChange: (value: Allowed) => void; may: "look" | "set" };

/** What a program that asks by REST may choose for its question. */
export function Overrides({ value, onChange, may }: OverridesProps) {
  const hint = useId();
  return (
    <fieldset disabled={may === "look"} aria-describedby={hint}>
      <legend className="font-semibold text-sm">{t("ai.overrides")}</legend>
      <p id={hint} className="mt-1 mb-2 text-[13px] text-ink-2">
        {t("ai.overrides_hint")}
      </p>
      {(["model", "generation", "system_prompt"] as const).map((what) => (
        <label
          key={what}
          className="flex min-h-8 w-fit cursor-pointer items-center gap-2.5 text-sm has-disabled:cursor-default has-disabled:opacity-60 pointer-coarse:min-h-11"
        >
          <input
            type="checkbox"
            checked={value[what]}
            onChange={(event) => onChange({ ...value, [what]: event.target.checked })}
            className="size-4 cursor-pointer accent-accent disabled:cursor-default"
          />
          {t(`ai.overrides_${what}`)}
        </label>
      ))}
    </fieldset>
  );
}
