import { type ReactNode, useId } from "react";
import { cx } from "./cx";

type Option<Value extends string> = { value: Value; label: string; hint?: string; picture?: ReactNode };

type ChoiceProps<Value extends string> = {
  /** What is chosen, for the ear: the section's title says it to the eye. */
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: Option<Value>[];
  disabled?: boolean;
};

/** A few answers of which one holds, all of them in sight. */
export function Choice<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  disabled = false,
}: ChoiceProps<Value>) {
  const name = useId();
  const pictured = options.some(({ picture }) => picture);
  // Explained, three would leave a hole in two columns, and are narrow in three.
  const stacked = options.length % 2 === 1 && options.every(({ hint }) => hint);
  return (
    <fieldset
      disabled={disabled}
      className={cx("grid gap-2", pictured ? "max-w-lg grid-cols-3" : !stacked && "max-w-lg sm:grid-cols-2")}
    >
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex cursor-pointer flex-col gap-0.5 rounded-md border border-edge/60 p-3 transition-colors duration-100 hover:border-edge has-checked:border-accent has-checked:bg-accent-wash has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          {option.picture && (
            <span aria-hidden="true" className="mb-2 block">
              {option.picture}
            </span>
          )}
          <span className="flex items-start gap-2 font-medium text-sm leading-snug">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={value === option.value}
              onChange={() => onValueChange(option.value)}
              aria-describedby={option.hint ? `${name}-${option.value}` : undefined}
              className="mt-0.5 size-4 shrink-0 cursor-pointer accent-accent outline-none after:absolute after:inset-0 after:content-['']"
            />
            <span className="min-w-0 hyphens-auto">{option.label}</span>
          </span>
          {option.hint && (
            <span id={`${name}-${option.value}`} className="pl-6 text-[13px] text-ink-2 leading-snug">
              {option.hint}
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
