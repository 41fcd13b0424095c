import { useNavigate } from "@tanstack/react-router";
import { ChartColumn, Ellipsis, LogOut, Pencil, Sparkles, Trash2, UserPlus } from "lucide-react";
import { t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { IconButton } from "../ui/IconButton";
import { Menu, type MenuEntry } from "../ui/Menu";
import { openDialog, type RoomDialog } from "./dialogs";
import { levelChoice } from "./notifyLevels";
import { mayDelete, mayInvite, mayLeave, mayRename } from "./rights";

/** What one may do with the whole chat; `full` where the header has no buttons for the rest. */
export function RoomMenu({ entry, full }: { entry: ChatEntry; full: boolean }) {
  const navigate = useNavigate();
  const standing = { kind: entry.kind, role: entry.my_role };
  const opens = (dialog: RoomDialog) => () => openDialog(entry.id, dialog);
  const upper: MenuEntry[] = [];
  const lower: MenuEntry[] = [];
  if (full && mayInvite(standing)) {
    upper.push({ label: t("members.invite"), icon: <UserPlus />, onSelect: opens("invite") });
  }
  if (mayRename(standing)) {
    upper.push({ label: t("members.rename"), icon: <Pencil />, onSelect: opens("rename") });
  }
  if (entry.kind !== "private") {
    upper.push({ label: t("members.ai"), icon: <Sparkles />, onSelect: opens("ai") });
  }
  upper.push({
    label: t("members.usage"),
    icon: <ChartColumn />,
    onSelect: () => void navigate({ to: "/c/$chat/usage", params: { chat: entry.id } }),
  });
  if (mayLeave(standing)) {
    lower.push({ label: t("members.leave"), icon: <LogOut />, onSelect: opens("leave") });
  }
  if (mayDelete(standing)) {
    lower.push({ label: t("members.delete"), icon: <Trash2 />, danger: true, onSelect: opens("delete") });
  }
  const groups = [upper, full ? [levelChoice(entry)] : [], lower].filter((group) => group.length > 0);
  const items = groups.flatMap((group, index) => (index > 0 ? ["separator" as const, ...group] : group));
  return <Menu trigger={<IconButton label={t("members.more")} icon={<Ellipsis />} />} items={items} />;
}
