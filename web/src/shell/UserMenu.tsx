import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, Keyboard, LogOut, Settings } from "lucide-react";
import { problemText, t } from "../i18n";
import { openOverlay } from "../state/overlay";
import { signOut, useMe } from "../state/session";
import { type Settings as Preferences, setSetting, useSettings } from "../state/settings";
import { Avatar } from "../ui/Avatar";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toast";
import { commandKey } from "./shortcuts";

export function UserMenu() {
  const me = useMe();
  const { theme } = useSettings();
  const navigate = useNavigate();
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex min-w-0 flex-1 cursor-pointer items-center gap-2.5 rounded-sm p-1.5 text-left hover:bg-hover data-popup-open:bg-hover"
        >
          <span className="sr-only">{t("shell.menu", { name: `${me.display_name} @${me.username}` })}</span>
          <Avatar user={me} size="sm" />
          <span aria-hidden="true" className="min-w-0 flex-1">
            <span className="block truncate font-medium text-sm leading-tight">{me.display_name}</span>
            <span className="block truncate text-ink-2 text-xs leading-tight">@{me.username}</span>
          </span>
          <ChevronsUpDown aria-hidden="true" className="size-4 text-ink-2" />
        </button>
      }
      items={[
        {
          label: t("shell.settings"),
          icon: <Settings />,
          onSelect: () => void navigate({ to: "/settings" }),
        },
        {
          label: t("shell.shortcuts"),
          icon: <Keyboard />,
          keys: `${commandKey()} /`,
          onSelect: () => openOverlay({ kind: "shortcuts" }),
        },
        "separator",
        {
          heading: t("shell.theme"),
          value: theme,
          options: [
            { value: "light", label: t("shell.theme_light") },
            { value: "dark", label: t("shell.theme_dark") },
            { value: "system", label: t("shell.theme_system") },
          ],
          onValueChange: (value) => setSetting("theme", value as Preferences["theme"]),
        },
        "separator",
        {
          label: t("shell.sign_out"),
          icon: <LogOut />,
          onSelect: () => void signOut().catch((cause: unknown) => toast(problemText(cause))),
        },
      ]}
    />
  );
}
