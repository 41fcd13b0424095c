import {
  cloneElement,
  type KeyboardEvent,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useState,
} from "react";

export type MenuItem = {
  label: string;
  icon?: ReactElement;
  /** The shortcut that does the same, as it is printed on the keys. */
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
};

/** One of several, of which one is in force. */
export type MenuChoice = {
  heading: string;
  value: string;
  options: { value: string; label: string }[];
  onValueChange: (value: string) => void;
};

export type MenuEntry = MenuItem | MenuChoice | "separator";

export type MenuProps = {
  trigger: ReactElement<Record<string, unknown>>;
  items: MenuEntry[];
  /** What is good to know of that which the menu is about. */
  note?: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

const load = () => import("./MenuPopup");
const MenuPopup = lazy(load);

/** A button that opens a menu. Until it is first opened it is only the button: few menus of a page ever are. */
export function Menu({ open, onOpenChange, ...props }: MenuProps) {
  const [own, setOwn] = useState(false);
  const shown = open ?? own;
  const [wanted, setWanted] = useState(shown);
  if (shown && !wanted) setWanted(true);

  const change = (next: boolean) => {
    setOwn(next);
    onOpenChange?.(next);
  };
  const button = cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": shown,
    onClick: () => change(true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      change(true);
    },
    onPointerEnter: load,
    onFocus: load,
  });
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <MenuPopup {...props} open={shown} onOpenChange={change} />
    </Suspense>
  );
}
