import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";

type SwitchProps = {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
};

/** On or off, in force at once. The whole row can be pressed. */
export function Switch({ label, hint, checked, onCheckedChange, disabled = false }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-9 items-start justify-between gap-4 py-1 pointer-coarse:min-h-11">
      <div className="min-w-0">
        <label htmlFor={id} className="block cursor-pointer font-medium text-sm leading-6">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-[13px] text-ink-2 leading-snug">
            {hint}
          </p>
        )}
      </div>
      <Base.Root
        id={id}
        checked={checked}
        onCheckedChange={onCheckedChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-0.5 h-6 w-10 shrink-0 cursor-pointer rounded-full bg-edge transition-colors duration-150 after:absolute after:-inset-2.5 after:content-[''] data-disabled:cursor-default data-checked:bg-accent data-disabled:opacity-50"
      >
        <Base.Thumb className="block size-5 translate-x-0.5 rounded-full bg-surface transition-transform duration-150 data-checked:translate-x-[18px]" />
      </Base.Root>
    </div>
  );
}
