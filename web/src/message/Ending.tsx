import { CircleAlert, CircleStop, RotateCcw, Scissors, StepForward } from "lucide-react";
import type { Message } from "../gen/api";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { fellShort, mayContinue, mayRetry } from "./actions";
import { reasonText } from "./reason";
import { useRoom } from "./room";
import { usePerform } from "./usePerform";

/** Why a reply is not whole, and how to have it written again. */
export function Ending({ message }: { message: Message }) {
  const room = useRoom();
  const perform = usePerform(message);
  if (!fellShort(message)) return null;
  const failed = message.status === "failed";
  const Icon = failed ? CircleAlert : message.status === "complete" ? Scissors : CircleStop;
  return (
    <div
      className={cx(
        "my-1.5 flex w-fit max-w-full flex-wrap items-center gap-x-3 gap-y-1 rounded-sm border border-line bg-surface py-1 pr-1 pl-3 text-[13px]",
        failed ? "text-err" : "text-ink-2",
      )}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      <span className="min-w-0 py-1">{reasonText(message)}</span>
      {mayContinue(message, room) && (
        <Button size="sm" variant="quiet" onClick={() => perform("continue")}>
          <StepForward aria-hidden="true" className="size-3.5" />
          {t("room.continue")}
        </Button>
      )}
      {mayRetry(message, room) && (
        <Button size="sm" variant="quiet" onClick={() => perform("retry")}>
          <RotateCcw aria-hidden="true" className="size-3.5" />
          {t("room.retry")}
        </Button>
      )}
    </div>
  );
}
