import { Pencil, Reply, X } from "lucide-react";
import type { ChatId, MessageId } from "../gen/api";
import { t } from "../i18n";
import { plain } from "../markdown/plain";
import type { Draft } from "../state/drafts";
import { useQuoted } from "../state/log";
import { useName } from "../state/people";
import { IconButton } from "../ui/IconButton";

type ContextProps = { chat: ChatId; draft: Draft; onLeave: () => void };

/** Above the text: the message that is answered or edited, and the way out. */
export function Context({ chat, draft, onLeave }: ContextProps) {
  if (draft.editing) return <Strip chat={chat} message={draft.editing} kind="edit" onLeave={onLeave} />;
  if (draft.replyTo) return <Strip chat={chat} message={draft.replyTo} kind="reply" onLeave={onLeave} />;
  return null;
}

type StripProps = { chat: ChatId; message: MessageId; kind: "reply" | "edit"; onLeave: () => void };

function Strip({ chat, message, kind, onLeave }: StripProps) {
  const quoted = useQuoted(chat, message);
  const found = quoted.kind === "found" ? quoted.message : undefined;
  const author = useName(chat, found?.user_id ?? "", found?.display_name ?? "…");
  const Icon = kind === "edit" ? Pencil : Reply;
  return (
    <div className="flex items-center gap-2 border-line border-b py-0.5 pr-1.5 pl-3 text-[13px] text-ink-2">
      <Icon className="size-3.5 shrink-0" aria-hidden="true" />
      <p className="min-w-0 flex-1 truncate">
        <span className="font-medium text-ink">
          {kind === "edit" ? t("composer.editing") : t("composer.replying", { name: author })}
        </span>
        {quoted.kind === "gone" && <> {t("composer.quoted_gone")}</>}
        {kind === "reply" && found && <> {plain(found.content)}</>}
      </p>
      <IconButton
        size="sm"
        label={kind === "edit" ? t("composer.leave_edit") : t("composer.leave_reply")}
        icon={<X />}
        onClick={onLeave}
      />
    </div>
  );
}
