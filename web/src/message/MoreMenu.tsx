import type { ReactElement } from "react";
import { t } from "../i18n";
import MenuPopup from "../ui/MenuPopup";
import type { Action } from "./actions";
import { labels } from "./labels";

type MoreMenuProps = {
  trigger: ReactElement<Record<string, unknown>>;
  allowed: readonly Action[];
  perform: (action: Action) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Everything that one may do with a message. A file of its own, because the menu is fetched when it is wanted. */
export default function MoreMenu({ trigger, allowed, perform, open, onOpenChange }: MoreMenuProps) {
  const items = allowed.map((action) => {
    const { text, icon: Icon, press } = labels[action];
    return {
      label: t(text),
      icon: <Icon />,
      danger: action === "delete",
      onSelect: () => perform(action),
      ...(press && { keys: press === "Delete" ? t("room.key_delete") : press.toUpperCase() }),
    };
  });
  return <MenuPopup {...{ trigger, items, open, onOpenChange }} />;
}
