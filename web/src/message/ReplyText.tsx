import type { Message } from "../gen/api";
import { t } from "../i18n";
import { Markdown } from "../markdown/Markdown";
import { useStream } from "../state/stream";
import { hasText, isSettled } from "./actions";
import { useRoom } from "./room";

/**
 * A reply's text, while it comes and when it is there. One component for both, so that what the reader has before
 * them stays in place when the reply ends. A chunk draws this again and nothing else.
 */
export function ReplyText({ message }: { message: Message }) {
  const { mentions } = useRoom();
  const stream = useStream(message.id);
  const settled = isSettled(message);
  const text = settled ? message.content : stream.text;
  if (!settled && text === "") {
    return (
      <p aria-busy="true" className="caret text-ink-2">
        {t("room.thinking")}
      </p>
    );
  }
  // A reply that failed before its first word says why, and nothing else: the note below has it.
  if (settled && !hasText(message)) return null;
  return (
    <div aria-busy={!settled}>
      <Markdown text={text} streaming={!settled} mentions={mentions} />
    </div>
  );
}
