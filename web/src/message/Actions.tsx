import { MoreHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../i18n";
import { cx } from "../ui/cx";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import type { Action } from "./actions";
import { labels } from "./labels";

/** What is a click away; the menu has all of them. To stop a reply has a button of its own in the row. */
const QUICK: ReadonlySet<Action> = new Set<Action>(["reply", "copy", "edit", "retry"]);

type ActionsProps = {
  allowed: readonly Action[];
  perform: (action: Action) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  note: ReactNode;
};

/** The bar over the row that is pointed at or has the focus, and the menu. */
export function Actions({ allowed, perform, open, onOpenChange, note }: ActionsProps) {
  return (
    <div
      role="toolbar"
      aria-label={t("room.actions")}
      className={cx(
        "absolute -top-4 right-3 z-20 flex gap-0.5 rounded-sm border border-line bg-surface p-0.5 shadow-pop sm:right-5",
        // On touch screens the long press opens the menu; the bar would lie under the finger.
        "pointer-coarse:top-0 pointer-coarse:border-transparent pointer-coarse:bg-transparent pointer-coarse:shadow-none",
      )}
    >
      {allowed
        .filter((action) => QUICK.has(action))
        .map((action) => {
          const { text, icon: Icon } = labels[action];
          return (
            <IconButton
              key={action}
              size="sm"
              label={t(text)}
              icon={<Icon />}
              onClick={() => perform(action)}
              className="pointer-coarse:hidden"
            />
          );
        })}
      <Menu
        trigger={<IconButton size="sm" label={t("room.more")} icon={<MoreHorizontal />} />}
        items={allowed.map((action) => item(action, perform))}
        open={open}
        onOpenChange={onOpenChange}
        note={note}
      />
    </div>
  );
}

function item(action: Action, perform: (action: Action) => void) {
  const { text, icon: Icon, press } = labels[action];
  return {
    label: t(text),
    icon: <Icon />,
    danger: action === "delete",
    onSelect: () => perform(action),
    ...(press && { keys: press === "Delete" ? t("room.key_delete") : press.toUpperCase() }),
  };
}
