import { MessageCircleOff } from "lucide-react";
import { useCallback, useEffect } from "react";
import { Composer } from "../composer/Composer";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { MessageList } from "../list/MessageList";
import { openDialog } from "../room/dialogs";
import { closeChat, openChat, useChats } from "../state/chats";
import { draftOf, setDraft } from "../state/drafts";
import { Empty } from "../ui/Empty";

/** A chat, in front. */
export function Room({ chat, at }: { chat: ChatId; at?: Seq }) {
  const chats = useChats();
  const missing = chats !== undefined && !chats.some((entry) => entry.id === chat);
  useEffect(() => {
    openChat(chat);
    return () => closeChat(chat);
  }, [chat]);
  const invite = useCallback(() => openDialog(chat, "invite"), [chat]);
  const ask = useCallback(() => setDraft(chat, { ...draftOf(chat), text: "/bot " }), [chat]);
  if (missing) {
    return (
      <div className="grid h-full place-items-center">
        <Empty icon={<MessageCircleOff />} title={t("room.missing")} text={t("room.missing_text")} />
      </div>
    );
  }
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-col">
      <MessageList chat={chat} at={at} onInvite={invite} onAsk={ask} />
      <Composer chat={chat} />
    </div>
  );
}
