import { Square } from "lucide-react";
import { useState } from "react";
import type { ChatId, QueueEntry } from "../gen/api";
import { problemText, t } from "../i18n";
import { stop } from "../state/log";
import { useMember } from "../state/people";
import { useMe } from "../state/session";
import { Tooltip } from "../ui/Tooltip";
import { toast } from "../ui/toast";

type StopButtonProps = { chat: ChatId; answer: QueueEntry };

/** In the place of the button that sends, while there is nothing to send and the bot writes. */
export function StopButton({ chat, answer }: StopButtonProps) {
  const me = useMe();
  const asker = useMember(chat, answer.asked_by);
  const [stopping, setStopping] = useState(false);
  const label =
    answer.asked_by === me.id
      ? t("composer.stop")
      : t("composer.stop_for", { name: asker?.display_name ?? "…" });

  async function halt() {
    setStopping(true);
    try {
      await stop(chat, answer.message_id);
    } catch (cause) {
      toast(problemText(cause));
      setStopping(false);
    }
  }

  return (
    <Tooltip label={label}>
      <button
        type="button"
        aria-label={label}
        disabled={stopping}
        // The box keeps the focus, and a phone its keyboard.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => void halt()}
        className="grid size-9 shrink-0 cursor-pointer place-items-center rounded-sm bg-bot text-bot-ink transition-opacity duration-100 enabled:hover:opacity-90 disabled:cursor-default disabled:bg-hover disabled:text-ink-2 pointer-coarse:size-11"
      >
        <Square className="size-3.5 fill-current" aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
