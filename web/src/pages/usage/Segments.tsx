import { useId } from "react";

type SegmentsProps<Value extends string> = {
  label: string;
  /** None, where what holds is not among them. */
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: { value: Value; label: string }[];
};

/** A few short answers side by side, of which one holds. */
export function Segments<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: SegmentsProps<Value>) {
  const name = useId();
  return (
    <fieldset className="inline-flex max-w-full rounded-sm border border-edge bg-surface p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative grid min-h-8 cursor-pointer place-items-center rounded-[4px] px-3 text-[13px] text-ink-2 hover:bg-hover has-checked:bg-selected has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-10"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onValueChange(option.value)}
            className="absolute inset-0 cursor-pointer appearance-none outline-none"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
