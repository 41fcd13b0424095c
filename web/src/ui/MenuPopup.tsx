import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { useId } from "react";
import { cx } from "./cx";
import type { MenuChoice, MenuEntry, MenuProps } from "./Menu";

const row =
  "flex min-h-9 cursor-default select-none items-center gap-2.5 rounded-sm px-2.5 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover pointer-coarse:min-h-11";

type MenuPopupProps = MenuProps & { open: boolean; onOpenChange: (open: boolean) => void };

/** The menu itself, with its button: what Base UI needs for it is fetched when a menu is first opened. */
export default function MenuPopup({
  trigger,
  items,
  note,
  side = "bottom",
  align = "end",
  ...state
}: MenuPopupProps) {
  const noteId = useId();
  return (
    <Base.Root {...state}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup
            aria-describedby={note ? noteId : undefined}
            className="max-h-(--available-height) min-w-[max(12rem,var(--anchor-width))] max-w-80 overflow-y-auto rounded-md border border-line bg-surface p-1.5 text-ink shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            {items.map((entry, index) => (
              <Entry key={index} entry={entry} />
            ))}
            {note && (
              <div
                id={noteId}
                className="mx-1 mt-1.5 border-line border-t px-1.5 pt-2 pb-1 text-ink-2 text-xs"
              >
                {note}
              </div>
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === "separator") return <Base.Separator className="mx-1 my-1.5 h-px bg-line" />;
  if ("options" in entry) return <Choice choice={entry} />;
  return (
    <Base.Item
      disabled={entry.disabled ?? false}
      onClick={entry.onSelect}
      className={cx(row, entry.danger && "text-err")}
    >
      {entry.icon && (
        <span className={cx("[&>svg]:size-4", !entry.danger && "text-ink-2")} aria-hidden="true">
          {entry.icon}
        </span>
      )}
      <span className="flex-1">{entry.label}</span>
      {entry.keys && <kbd className="pl-4 font-sans text-ink-2 text-xs">{entry.keys}</kbd>}
    </Base.Item>
  );
}

function Choice({ choice }: { choice: MenuChoice }) {
  return (
    <Base.RadioGroup value={choice.value} onValueChange={(value: string) => choice.onValueChange(value)}>
      <Base.GroupLabel className="px-2.5 pt-1.5 pb-1 font-medium text-ink-2 text-xs">
        {choice.heading}
      </Base.GroupLabel>
      {choice.options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick className={row}>
          <span className="grid size-4 place-items-center">
            <Base.RadioItemIndicator>
              <Check className="size-4 text-accent" aria-hidden="true" />
            </Base.RadioItemIndicator>
          </span>
          <span className="flex-1">{option.label}</span>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
