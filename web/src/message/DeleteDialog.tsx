import { useState } from "react";
import type { Message } from "../gen/api";
import { t } from "../i18n";
import { remove } from "../state/log";
import { ConfirmDialog } from "../ui/ConfirmDialog";

type DeleteDialogProps = { message: Message; onClosed: () => void };

/** Asks before a message's text is gone for good. */
export default function DeleteDialog({ message, onClosed }: DeleteDialogProps) {
  const [open, setOpen] = useState(true);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onClosed();
      }}
      title={t(message.is_bot ? "room.delete_reply_title" : "room.delete_title")}
      text={t("room.delete_text")}
      confirm={t("room.delete")}
      danger
      onConfirm={() => remove(message.chat_id, message.id)}
    />
  );
}
