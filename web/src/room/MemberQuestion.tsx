import { useState } from "react";
import type { Member } from "../gen/api";
import { t } from "../i18n";
import { handOver, removeMember } from "../queries";
import type { ChatEntry } from "../state/chats";
import { ConfirmDialog } from "../ui/ConfirmDialog";

/** What somebody wants to do with a member that should be asked first. */
export type Asked = { kind: "remove" | "hand_over"; member: Member };

type MemberQuestionProps = {
  entry: ChatEntry;
  asked: Asked | undefined;
  onAsked: (asked: Asked | undefined) => void;
};

export function MemberQuestion({ entry, asked, onAsked }: MemberQuestionProps) {
  // Its words stay while it fades.
  const [last, setLast] = useState(asked);
  if (asked && asked !== last) setLast(asked);
  if (!last) return null;
  const { kind, member } = last;
  const name = member.display_name;
  const dialog = { open: asked !== undefined, onOpenChange: (open: boolean) => !open && onAsked(undefined) };

  if (kind === "hand_over") {
    return (
      <ConfirmDialog
        {...dialog}
        title={t("members.hand_over_title", { title: entry.title, name })}
        text={t("members.hand_over_text", { name })}
        confirm={t("members.hand_over_do")}
        onConfirm={() => handOver(entry.id, member.user_id)}
      />
    );
  }
  return (
    <ConfirmDialog
      {...dialog}
      title={t("members.remove_title", { title: entry.title, name })}
      text={member.is_bot ? t("members.remove_bot_text") : t("members.remove_text", { name })}
      confirm={t("members.remove_do")}
      danger
      onConfirm={() => removeMember(entry.id, member.user_id)}
    />
  );
}
