import { useState } from "react";
import { t } from "../../i18n";
import type { Days } from "../../queries/usage";
import { Field, Input } from "../../ui/Field";
import { lastDays, lengthOf, MOST_DAYS, today } from "./days";
import { Segments } from "./Segments";

const PRESETS = [7, 30, 90];

type RangeProps = { days: Days; onChange: (days: Days) => void };

/** Which days are looked at: the last so many, or any others. */
export function Range({ days, onChange }: RangeProps) {
  // What is half chosen is not looked at yet.
  const [chosen, setChosen] = useState(days);
  const preset = days.to === today() ? PRESETS.find((count) => count === lengthOf(days)) : undefined;
  const wrong = wrongWith(chosen);

  function choose(next: Days) {
    setChosen(next);
    if (!wrongWith(next)) onChange(next);
  }

  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3 pt-3 pb-1">
      <Segments
        label={t("usage.range")}
        value={preset === undefined ? undefined : String(preset)}
        onValueChange={(count) => choose(lastDays(Number(count)))}
        options={PRESETS.map((count) => ({ value: String(count), label: t("usage.last", { count }) }))}
      />
      <div className="flex flex-wrap gap-2">
        {(["from", "to"] as const).map((end) => (
          <Field key={end} label={t(`usage.${end}`)} className="flex-row! items-center">
            <Input
              type="date"
              required
              max={today()}
              value={chosen[end]}
              aria-invalid={wrong !== undefined || undefined}
              aria-describedby={wrong && "range-wrong"}
              onChange={(event) => choose({ ...chosen, [end]: event.target.value })}
              className="w-38! px-2! text-[13px]"
            />
          </Field>
        ))}
      </div>
      {wrong && (
        <p id="range-wrong" role="alert" className="basis-full text-[13px] text-err">
          {wrong}
        </p>
      )}
    </div>
  );
}

function wrongWith(days: Days): string | undefined {
  const length = lengthOf(days);
  if (Number.isNaN(length)) return t("auth.required");
  if (length === 0) return t("usage.range_backwards");
  return length > MOST_DAYS ? t("usage.range_long") : undefined;
}
