import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { t } from "../i18n";
import { leaveChat } from "../state/chats";
import { usePeople } from "../state/people";
import { useMe } from "../state/session";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import type { RoomDialogProps } from "./RoomDialogs";

/** Says what leaving means for this person: the last one deletes the chat, and an owner chooses the next. */
export default function LeaveDialog({ entry, open, onOpenChange }: RoomDialogProps) {
  const navigate = useNavigate();
  const me = useMe();
  const { members } = usePeople(entry.id);
  const others = members.filter((member) => !member.is_bot && member.user_id !== me.id);
  const [chosen, setChosen] = useState<string>();
  // Owner, admins, members: the first of the others is an admin where there is one.
  const next = others.find((member) => member.user_id === chosen) ?? others[0];
  const hands = entry.kind === "group" && entry.my_role === "owner" && next !== undefined;

  async function leave() {
    await leaveChat(entry.id, hands ? next.user_id : undefined);
    await navigate({ to: "/" });
  }

  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("members.leave_title", { title: entry.title })}
      text={
        <div className="flex flex-col gap-4">
          <p>
            {next === undefined && t("members.leave_last")}
            {next && entry.kind === "private" && t("members.leave_private", { name: next.display_name })}
            {next && entry.kind === "group" && t("members.leave_group")}
          </p>
          {hands && (
            <Field label={t("members.next_owner")}>
              <Select
                value={next.user_id}
                onValueChange={setChosen}
                options={others.map((member) => ({
                  value: member.user_id,
                  label: `${member.display_name} (@${member.username})`,
                }))}
              />
            </Field>
          )}
        </div>
      }
      confirm={next ? t("members.leave_do") : t("members.leave_delete_do")}
      danger
      onConfirm={leave}
    />
  );
}
