import type { Visibility } from "../gen/api";
import { t } from "../i18n";
import { Choice } from "../ui/Choice";

type VisibilityChoiceProps = {
  /** What it is asked of: `visibility` of an agent, `prompt_visibility` of a prompt. */
  of: "visibility" | "prompt_visibility";
  value: Visibility;
  onValueChange: (value: Visibility) => void;
};

/** Whether something is for oneself or for everybody on the server. */
export function VisibilityChoice({ of, value, onValueChange }: VisibilityChoiceProps) {
  return (
    <section>
      <h3 className="mb-2 font-semibold text-sm">{t(`agents.${of}`)}</h3>
      <Choice
        label={t(`agents.${of}`)}
        value={value}
        onValueChange={onValueChange}
        options={(["private", "shared"] as const).map((value) => ({
          value,
          label: t(`agents.visibility_${value}`),
          hint: t(`agents.${of}_${value}_hint`),
        }))}
      />
    </section>
  );
}
