import { MessageSquareOff } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { ChatId, Message, Seq } from "../gen/api";
import { problemText, t } from "../i18n";
import { useChat } from "../state/chats";
import { jumpToLatest, useLog } from "../state/log";
import { useMe } from "../state/session";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { toEntries } from "./entries";
import { Intro } from "./Intro";
import { Log } from "./Log";
import { NewsTeller } from "./NewsTeller";
import { Waiting } from "./Waiting";

const DeleteDialog = lazy(() => import("../message/DeleteDialog"));

type MessageListProps = {
  chat: ChatId;
  /** The message that the page's address names. */
  at?: Seq | undefined;
  onInvite: () => void;
  /** Begins a question to the bot in the composer. */
  onAsk: () => void;
};

/** A room's messages. Mounted anew for each room. */
export function MessageList({ chat, at, onInvite, onAsk }: MessageListProps) {
  const me = useMe().id;
  const entry = useChat(chat);
  const log = useLog(chat);
  const [doomed, setDoomed] = useState<Message>();
  const askDelete = useCallback((message: Message) => setDoomed(message), []);
  const { rows, dividerSeq, atStart } = log;
  const entries = useMemo(
    () => toEntries(rows, { me, now: new Date().toISOString(), dividerSeq, atStart }),
    [rows, me, dividerSeq, atStart],
  );
  if (rows.length === 0 && log.error !== undefined) {
    return (
      <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto">
        <Empty
          icon={<MessageSquareOff />}
          title={t("room.not_loaded")}
          text={problemText(log.error)}
          action={<Button onClick={() => void jumpToLatest(chat)}>{t("room.again")}</Button>}
        />
      </div>
    );
  }
  // What waits to be sent is no history yet.
  if (!entry || (!atStart && !rows.some((row) => "message" in row))) return <Waiting />;
  const empty = !rows.some((row) => "pending" in row || row.message.kind === "text");
  return (
    <>
      <NewsTeller chat={chat} head={entry.head_seq} />
      <Log
        {...{ chat, at, log, entries, me, askDelete }}
        role={entry.my_role}
        kind={entry.kind}
        intro={<Intro {...{ chat: entry, empty, onInvite, onAsk }} />}
      />
      <Suspense>{doomed && <DeleteDialog message={doomed} onClosed={() => setDoomed(undefined)} />}</Suspense>
    </>
  );
}
