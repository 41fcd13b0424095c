import { History, Square } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useSign } from "../agents/faces";
import type { Message, ReplyRun } from "../gen/api";
import { t, withPageTexts } from "../i18n";
import { useQuoted } from "../state/log";
import { useName, useQueue } from "../state/people";
import { Avatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { Gutter } from "./Author";
import { hasText, isSettled, mayStop } from "./actions";
import { costOf } from "./cost";
import { Ending } from "./Ending";
import { Frame } from "./Frame";
import { ReplyText } from "./ReplyText";
import { fallbackText } from "./reason";
import { useRoom } from "./room";
import { Time } from "./Time";
import { usePerform } from "./usePerform";

const Versions = lazy(() => withPageTexts(import("./Versions")));

type BotRowProps = { id: string; message: Message; flash: boolean };

/** A reply: who asked, how far it is, its text, and how it ended. */
export function BotRow({ id, message, flash }: BotRowProps) {
  const { user_id, username, display_name } = message;
  const author = {
    user: { id: user_id, username, display_name, kind: "agent" as const },
    grouped: false,
    at: message.created_at,
  };
  return (
    <Frame
      // Until it is written there is only one thing to do, and the bar would lie over its button.
      message={isSettled(message) ? message : undefined}
      labelledBy={`who-${id}`}
      grouped={false}
      flash={flash}
      className="mt-1 bg-bot-wash pb-1.5"
    >
      <Gutter {...author} />
      <div className="min-w-0 flex-1">
        <Header id={`who-${id}`} message={message} />
        {message.deleted_at ? (
          <p className="text-ink-2 italic">{t("room.deleted")}</p>
        ) : (
          <>
            <Text message={message} />
            <Fallback message={message} />
            <Ending message={message} />
          </>
        )}
      </div>
    </Frame>
  );
}

/** What it says, or said before it was written once more. */
function Text({ message }: { message: Message }) {
  const [leafing, setLeafing] = useState(false);
  const { run, status } = message;
  const isRewritten = run?.retried_by != null && isSettled(message);
  if (leafing && isRewritten) {
    return (
      <Suspense fallback={<ReplyText message={message} />}>
        <Versions message={message} run={run} onClose={() => setLeafing(false)} />
      </Suspense>
    );
  }
  return (
    <>
      {(status !== "queued" || message.content !== "") && <ReplyText message={message} />}
      {status === "queued" && <Waiting message={message} />}
      {isRewritten && <Rewritten run={run} onOpen={() => setLeafing(true)} />}
    </>
  );
}

/** That another model answered than the chosen one; where nothing was said, the end tells enough. */
function Fallback({ message }: { message: Message }) {
  const text = isSettled(message) && hasText(message) && fallbackText(message.run);
  return text && <p className="mt-1 break-words text-ink-2 text-xs">{text}</p>;
}

/** Who had it written once more, or go on; leads to what it said before. */
function Rewritten({ run, onOpen }: { run: ReplyRun; onOpen: () => void }) {
  const { chat, me } = useRoom();
  const { retried_by: by, continues } = run;
  const name = useName(chat, by?.id ?? "", by?.display_name ?? "");
  const what = continues ? "continued" : "retried";
  return (
    <button
      type="button"
      onClick={onOpen}
      className="mt-1 flex min-h-6 cursor-pointer items-center gap-1.5 rounded-sm text-ink-2 text-xs hover:text-ink pointer-coarse:min-h-9"
    >
      <History aria-hidden="true" className="size-3.5" />
      {by?.id === me ? t(`room.${what}_you`) : t(`room.${what}_by`, { name })}
    </button>
  );
}

/** Stays at the upper edge while a long answer is in view: whose it is, and how to stop it. */
function Header({ id, message }: { id: string; message: Message }) {
  const room = useRoom();
  const perform = usePerform(message);
  const name = useName(room.chat, message.user_id, message.display_name);
  return (
    <div className="sticky top-0 z-10 -mx-1 flex min-h-6 items-center gap-2 bg-bot-wash px-1">
      <p id={id} className="flex min-w-0 items-baseline gap-2 leading-5">
        <Face message={message} />
        <span className="min-w-0 truncate font-semibold text-bot">{name}</span>
        {message.run && <Asker run={message.run} />}
        <Time at={message.created_at} className="shrink-0 text-ink-2 text-xs" />
      </p>
      {message.run && isSettled(message) && (
        // Where there is no hover, the menu has it.
        <span className="min-w-0 flex-1 basis-0 truncate text-ink-2 text-xs opacity-0 transition-opacity duration-100 group-focus-within/row:opacity-100 group-hover/row:opacity-100 group-focus/row:opacity-100 pointer-coarse:hidden">
          {costOf(message.run)}
        </span>
      )}
      {mayStop(message, room) && (
        <button
          type="button"
          onClick={() => perform("stop")}
          title={t("room.stop_keys")}
          className="inline-flex h-6 shrink-0 cursor-pointer items-center gap-1.5 rounded-sm border border-edge bg-surface px-2 font-medium text-xs hover:bg-hover pointer-coarse:h-9"
        >
          <Square aria-hidden="true" className="size-3 fill-current" />
          {t("room.stop")}
        </button>
      )}
    </div>
  );
}

/** On a phone there is no column beside the text; several agents are told apart all the same. */
function Face({ message: { user_id: id, username } }: { message: Message }) {
  const sign = useSign(useRoom().chat, id);
  return (
    <Avatar user={{ id, username, kind: "agent" }} sign={sign} size="xs" className="self-center sm:hidden" />
  );
}

/** Who asked; leads to the question. */
function Asker({ run }: { run: ReplyRun }) {
  const { chat, me, show } = useRoom();
  const question = useQuoted(chat, run.question_id);
  const asked = question.kind === "found" ? question.message : undefined;
  const name = useName(chat, run.asked_by, asked?.display_name ?? t("room.somebody"));
  const text = run.asked_by === me ? t("room.for_you") : t("room.for", { name });
  if (!asked) return <span className="truncate text-[13px] text-ink-2">{text}</span>;
  return (
    <button
      type="button"
      title={t("room.to_question")}
      onClick={() => show(asked.seq)}
      className="cursor-pointer truncate rounded-sm text-[13px] text-ink-2 underline decoration-line underline-offset-2 hover:text-ink hover:decoration-current"
    >
      {text}
    </button>
  );
}

/** In the place of the text to come. */
function Waiting({ message }: { message: Message }) {
  const { chat } = useRoom();
  const { waiting } = useQueue(chat);
  const position = waiting.find((entry) => entry.message_id === message.id)?.position;
  return (
    <p className={cx("text-ink-2", position === undefined && "animate-pulse")}>
      {position === undefined ? t("room.queued") : t("room.queued_at", { position })}
    </p>
  );
}
