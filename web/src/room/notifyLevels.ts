import { AtSign, Bell, BellOff } from "lucide-react";
import type { NotifyLevel } from "../gen/api";
import { problemText, t } from "../i18n";
import { type ChatEntry, setNotify } from "../state/chats";
import type { MenuChoice } from "../ui/Menu";
import { toast } from "../ui/toast";

export const levelIcons = { all: Bell, mentions: AtSign, none: BellOff };

export function levelText(level: NotifyLevel): string {
  return {
    all: t("members.notify_all"),
    mentions: t("members.notify_mentions"),
    none: t("members.notify_none"),
  }[level];
}

/** What one hears of a chat, as a choice in a menu. */
export function levelChoice(entry: ChatEntry): MenuChoice {
  const levels: NotifyLevel[] = ["all", "mentions", "none"];
  return {
    heading: t("members.notify"),
    value: entry.notify,
    options: levels.map((level) => ({ value: level, label: levelText(level) })),
    onValueChange: (value) => {
      const level = levels.find((known) => known === value);
      if (level) setNotify(entry.id, level).catch((cause: unknown) => toast(problemText(cause)));
    },
  };
}
