import { useCallback } from "react";
import type { Message } from "../gen/api";
import { problemText, t } from "../i18n";
import { copyText } from "../markdown/clipboard";
import { beginEdit, beginReply } from "../state/contexts";
import { goOn, retry, stop } from "../state/log";
import { openOverlay } from "../state/overlay";
import { toast } from "../ui/toast";
import type { Action } from "./actions";
import { type Room, useRoom } from "./room";

/** Does what one chose to do with a message. What fails is told. */
export function usePerform(message: Message | undefined): (action: Action) => void {
  const room = useRoom();
  return useCallback(
    (action) => {
      if (!message) return;
      perform(action, message, room).catch((error: unknown) => toast(problemText(error)));
    },
    [message, room],
  );
}

async function perform(action: Action, message: Message, { chat, askDelete, show }: Room): Promise<void> {
  switch (action) {
    case "reply":
      return beginReply(chat, message.id);
    case "edit":
      return beginEdit(chat, message);
    case "copy":
      return copied(message.content, t("room.copied"));
    case "link":
      return copied(`${location.origin}/c/${chat}?at=${message.seq}`, t("room.link_copied"));
    case "branch":
      return openOverlay({ kind: "branch", from: message });
    case "saw":
      return openOverlay({ kind: "saw", reply: message, show });
    case "retry":
      return retry(chat, message.id);
    case "continue":
      return goOn(chat, message.id);
    case "stop":
      return stop(chat, message.id);
    case "delete":
      return askDelete(message);
  }
}

async function copied(text: string, done: string): Promise<void> {
  toast((await copyText(text)) ? done : t("room.copy_refused"));
}
