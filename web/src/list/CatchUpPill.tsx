import { History } from "lucide-react";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { useChat } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { isWorthAsking } from "./catchUp";

type CatchUpPillProps = { chat: ChatId; show: (seq: Seq) => void };

/** Where a lot is new: asks what it says, for oneself alone. Stands over the way to the newest message. */
export function CatchUpPill({ chat, show }: CatchUpPillProps) {
  const entry = useChat(chat);
  if (!entry || !isWorthAsking(entry.unread_count)) return null;
  return (
    <button
      type="button"
      onClick={() =>
        openOverlay({ kind: "catch-up", chat, since: entry.last_read_seq, until: entry.head_seq, show })
      }
      className="absolute bottom-14 left-1/2 z-20 flex h-9 -translate-x-1/2 cursor-pointer items-center gap-1.5 whitespace-nowrap rounded-full border border-line bg-bot-wash px-3.5 font-medium text-[13px] text-bot shadow-pop hover:bg-sunken pointer-coarse:bottom-16 pointer-coarse:h-11"
    >
      <History aria-hidden="true" className="size-4" />
      {t("room.catch_up")}
    </button>
  );
}
