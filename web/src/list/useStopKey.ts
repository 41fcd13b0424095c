import { useEffect } from "react";
import type { ChatId, Message } from "../gen/api";
import { problemText } from "../i18n";
import { mayStop, type Standing } from "../message/actions";
import { stop } from "../state/log";
import { toast } from "../ui/toast";
import type { Entry } from "./entries";

/** Ctrl+. stops a reply of this room: one's own before another's, the newest first. */
export function useStopKey(chat: ChatId, entries: readonly Entry[], { me, role }: Standing): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key !== "." || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      const reply = replyToStop(entries, { me, role });
      if (!reply) return;
      event.preventDefault();
      stop(chat, reply.id).catch((error: unknown) => toast(problemText(error)));
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [chat, entries, me, role]);
}

export function replyToStop(entries: readonly Entry[], standing: Standing): Message | undefined {
  const stoppable = entries.flatMap((entry) =>
    entry.kind === "message" && mayStop(entry.message, standing) ? [entry.message] : [],
  );
  return stoppable.findLast((reply) => reply.run?.asked_by === standing.me) ?? stoppable.at(-1);
}
