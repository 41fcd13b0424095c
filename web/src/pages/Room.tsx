import { Link } from "@tanstack/react-router";
import { MessageCircleOff } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { Composer } from "../composer/Composer";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { MessageList } from "../list/MessageList";
import { openDialog } from "../room/dialogs";
import { MembersPanel } from "../room/MembersPanel";
import { RoomHeader } from "../room/RoomHeader";
import { closeChat, openChat, useChats } from "../state/chats";
import { draftOf, setDraft } from "../state/drafts";
import { buttonClass } from "../ui/Button";
import { Empty } from "../ui/Empty";

/** A chat, in front. */
export function Room({ chat, at }: { chat: ChatId; at?: Seq }) {
  const chats = useChats();
  const writing = useRef<HTMLDivElement>(null);
  useEffect(() => {
    openChat(chat);
    return () => closeChat(chat);
  }, [chat]);
  const invite = useCallback(() => openDialog(chat, "invite"), [chat]);
  const ask = useCallback(() => {
    setDraft(chat, { ...draftOf(chat), text: "/bot " });
    writing.current?.querySelector("textarea")?.focus();
  }, [chat]);
  if (chats && !chats.some((entry) => entry.id === chat)) {
    return (
      <div className="grid h-full place-items-center">
        <Empty
          icon={<MessageCircleOff />}
          title={t("room.missing")}
          text={t("room.missing_text")}
          action={
            <Link to="/" className={buttonClass("primary")}>
              {t("shell.go_home")}
            </Link>
          }
        />
      </div>
    );
  }
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <RoomHeader chat={chat} />
        <MessageList chat={chat} at={at} onInvite={invite} onAsk={ask} />
        <div ref={writing}>
          <Composer chat={chat} />
        </div>
      </div>
      <MembersPanel chat={chat} />
    </div>
  );
}
