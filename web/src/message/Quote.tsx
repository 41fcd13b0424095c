import { CornerUpRight } from "lucide-react";
import type { MessageId } from "../gen/api";
import { t } from "../i18n";
import { plain } from "../markdown/plain";
import { useQuoted } from "../state/log";
import { useName } from "../state/people";
import { useRoom } from "./room";

/** What a message answers, in one line; leads there. */
export function Quote({ of }: { of: MessageId }) {
  const { chat, show } = useRoom();
  const quoted = useQuoted(chat, of);
  const message = quoted.kind === "found" ? quoted.message : undefined;
  const name = useName(chat, message?.user_id ?? "", message?.display_name ?? "");
  const text = message?.deleted_at ? t("room.deleted") : message && plain(message.content);
  return (
    <button
      type="button"
      disabled={!message}
      onClick={() => message && show(message.seq)}
      // Of one height from the beginning, so that the row does not grow when the quoted message has come.
      className="mb-0.5 flex h-6 max-w-full cursor-pointer items-center gap-1.5 rounded-sm text-left text-[13px] text-ink-2 enabled:hover:text-ink disabled:cursor-default pointer-coarse:h-8"
    >
      {message && <span className="sr-only">{t("room.quote", { name, text: text ?? "" })}</span>}
      <CornerUpRight aria-hidden="true" className="size-3.5 shrink-0" />
      {message && (
        <span aria-hidden="true" className="shrink-0 font-medium">
          {name}
        </span>
      )}
      <span aria-hidden={message !== undefined} className="truncate">
        {quoted.kind === "gone" ? t("room.quote_gone") : text}
      </span>
    </button>
  );
}
