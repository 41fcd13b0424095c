import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";

type SelectProps<Value extends string> = {
  value: Value;
  onValueChange: (value: Value) => void;
  options: { value: Value; label: string }[];
  /** Its name where no Field gives one. */
  label?: string;
  disabled?: boolean;
};

export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  label,
  disabled,
}: SelectProps<Value>) {
  return (
    <Base.Root
      items={options}
      value={value}
      disabled={disabled ?? false}
      onValueChange={(next) => next !== null && onValueChange(next)}
    >
      <Base.Trigger
        aria-label={label}
        className="flex h-9 min-w-36 cursor-pointer select-none items-center justify-between gap-2 rounded-sm border border-edge bg-surface px-3 text-sm hover:border-ink-2 data-disabled:opacity-50 data-popup-open:border-accent pointer-coarse:h-11"
      >
        <Base.Value className="truncate" />
        <Base.Icon>
          <ChevronDown className="size-4 text-ink-2" aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-md border border-line bg-surface p-1.5 text-ink shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-9 cursor-default select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-highlighted:bg-hover pointer-coarse:min-h-11"
                >
                  <span className="grid size-4 place-items-center">
                    <Base.ItemIndicator>
                      <Check className="size-4 text-accent" aria-hidden="true" />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText>{option.label}</Base.ItemText>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
