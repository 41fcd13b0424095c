import { t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { levelChoice, levelIcons, levelText } from "./notifyLevels";

export function NotifyMenu({ entry }: { entry: ChatEntry }) {
  const Icon = levelIcons[entry.notify];
  const label = `${t("members.notify")}: ${levelText(entry.notify)}`;
  return <Menu trigger={<IconButton label={label} icon={<Icon />} />} items={[levelChoice(entry)]} />;
}
