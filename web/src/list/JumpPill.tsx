import { ArrowDown } from "lucide-react";
import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { useChat } from "../state/chats";

/** The server counts no further. */
const COUNTED = 100;

type JumpPillProps = { chat: ChatId; writing: boolean; onJump: () => void };

/** Leads to the newest message, and says what is to be had there. */
export function JumpPill({ chat, writing, onJump }: JumpPillProps) {
  const unread = useChat(chat)?.unread_count ?? 0;
  const text =
    unread >= COUNTED
      ? t("room.jump_over", { number: COUNTED - 1 })
      : unread > 0
        ? t("room.jump_new", { count: unread })
        : t(writing ? "room.still_writing" : "room.jump");
  return (
    <button
      type="button"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 z-20 flex h-9 -translate-x-1/2 cursor-pointer items-center gap-1.5 rounded-full border border-line bg-surface px-3.5 font-medium text-[13px] shadow-pop hover:bg-sunken pointer-coarse:h-11"
    >
      <ArrowDown aria-hidden="true" className="size-4" />
      {text}
    </button>
  );
}
