import { useNavigate } from "@tanstack/react-router";
import { t } from "../i18n";
import { deleteChat } from "../state/chats";
import { usePeople } from "../state/people";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import type { RoomDialogProps } from "./RoomDialogs";

export default function DeleteDialog({ entry, open, onOpenChange }: RoomDialogProps) {
  const navigate = useNavigate();
  const { members } = usePeople(entry.id);
  const people = members.filter((member) => !member.is_bot).length;

  async function remove() {
    await deleteChat(entry.id);
    await navigate({ to: "/" });
  }

  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("members.delete_title", { title: entry.title })}
      text={t("members.delete_text", { count: people })}
      confirm={people > 1 ? t("members.delete_do") : t("members.delete_do_alone")}
      danger
      onConfirm={remove}
    />
  );
}
