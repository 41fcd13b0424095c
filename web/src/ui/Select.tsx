import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";

type Option<Value extends string> = { value: Value; label: string };

/** Options that belong together, under their name. */
type Group<Value extends string> = { group: string; options: readonly Option<Value>[] };

type SelectProps<Value extends string> = {
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly (Option<Value> | Group<Value>)[];
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
      items={options.flatMap((entry) => ("group" in entry ? entry.options : [entry]))}
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
              {options.map((entry) =>
                "group" in entry ? (
                  <Base.Group key={entry.group}>
                    <Base.GroupLabel className="px-2 pt-2 pb-1 font-medium text-[13px] text-ink-2">
                      {entry.group}
                    </Base.GroupLabel>
                    {entry.options.map((option) => (
                      <Item key={option.value} option={option} />
                    ))}
                  </Base.Group>
                ) : (
                  <Item key={entry.value} option={entry} />
                ),
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Item({ option }: { option: Option<string> }) {
  return (
    <Base.Item
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
  );
}
