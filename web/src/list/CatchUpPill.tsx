import { History } from "lucide-react";
import { type RefObject, useLayoutEffect, useRef } from "react";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { useChat } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { isWorthAsking } from "./catchUp";

type CatchUpPillProps = {
  chat: ChatId;
  show: (seq: Seq) => void;
  /** Where the focus goes when there is nothing more to ask. */
  back: RefObject<HTMLElement | null>;
};

/** Where a lot is new: asks what it says, for oneself alone. Stands over the way to the newest message. */
export function CatchUpPill({ chat, show, back }: CatchUpPillProps) {
  const entry = useChat(chat);
  if (!entry || !isWorthAsking(entry.unread_count)) return null;
  const { last_read_seq: since, head_seq: until } = entry;
  return <Pill back={back} onAsk={() => openOverlay({ kind: "catch-up", chat, since, until, show })} />;
}

function Pill({ back, onAsk }: { back: CatchUpPillProps["back"]; onAsk: () => void }) {
  const self = useRef<HTMLButtonElement>(null);
  // It goes while one reads, also when one has just come back to it from what it told.
  useLayoutEffect(() => {
    const pill = self.current;
    return () => {
      if (document.activeElement === pill) back.current?.focus({ preventScroll: true });
    };
  }, [back]);
  return (
    <button
      ref={self}
      type="button"
      onClick={onAsk}
      className="absolute bottom-14 left-1/2 z-20 flex h-9 -translate-x-1/2 cursor-pointer items-center gap-1.5 whitespace-nowrap rounded-full border border-line bg-bot-wash px-3.5 font-medium text-[13px] text-bot shadow-pop hover:bg-sunken pointer-coarse:bottom-16 pointer-coarse:h-11"
    >
      <History aria-hidden="true" className="size-4" />
      {t("room.catch_up")}
    </button>
  );
}
