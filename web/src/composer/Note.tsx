import { t } from "../i18n";
import { Button } from "../ui/Button";
import type { Fill } from "./limit";
import type { Obstacle } from "./useSend";

type NoteProps = {
  id: string;
  fill: Fill;
  obstacle: Obstacle | undefined;
  onSendAsText: (content: string) => void;
};

/** Below the box: what stands in the way, or how much room is left. Its place is there before its words, or they would not be read. */
export function Note({ id, fill, obstacle, onSendAsText }: NoteProps) {
  return (
    <div id={id} role="status" className="text-[13px] leading-snug">
      {obstacle?.kind === "unknown" && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1.5 text-warn">
          <span>{t("composer.unknown", { command: `/${obstacle.word}` })}</span>
          <Button size="sm" onClick={() => onSendAsText(obstacle.content)}>
            {t("composer.send_as_text")}
          </Button>
        </div>
      )}
      {obstacle?.kind === "refused" && <p className="pt-1.5 text-err">{obstacle.why}</p>}
      {fill.kind === "tight" && (
        <p className="pt-1.5 text-warn tabular-nums">{t("composer.tight", { count: fill.left })}</p>
      )}
      {fill.kind === "over" && (
        <p className="pt-1.5 text-err tabular-nums">{t("composer.over", { count: fill.by })}</p>
      )}
    </div>
  );
}
