import type { ChatId } from "../gen/api";
import { problemText, t } from "../i18n";
import { type Log, loadNewer, loadOlder } from "../state/log";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";

type EdgeProps = { chat: ChatId; log: Log };

/** Above the oldest message in memory, in the room that the list leaves there: older ones are on their way. */
export function UpperEdge({ chat, log }: EdgeProps) {
  if (log.atStart) return null;
  return (
    // Mostly far out of view, where a spinner that turned would cost something in every frame.
    <div className="absolute inset-x-0 top-0 grid h-14 place-items-center text-ink-2 text-sm [content-visibility:auto]">
      {log.error === undefined ? (
        <Spinner />
      ) : (
        <span className="flex max-w-full items-center gap-2 px-3">
          <span className="truncate text-err">{problemText(log.error)}</span>
          <Button size="sm" onClick={() => void loadOlder(chat)}>
            {t("room.again")}
          </Button>
        </span>
      )}
    </div>
  );
}

/** Below the newest message in memory, where that is not the newest of all. */
export function LowerEdge({ chat, log }: EdgeProps) {
  if (log.atEnd || log.error === undefined) return null;
  return (
    <div className="absolute inset-x-0 bottom-0 z-10 flex items-center justify-center gap-2 border-line border-t bg-surface p-2 text-sm">
      <span className="truncate text-err">{problemText(log.error)}</span>
      <Button size="sm" onClick={() => void loadNewer(chat)}>
        {t("room.again")}
      </Button>
    </div>
  );
}
