import type { Timestamp } from "../gen/api";
import { formatDay, formatFull, t } from "../i18n";

/** Where a day begins. */
export function DayLine({ at }: { at: Timestamp }) {
  return (
    <div className="flex items-center gap-3 px-3 pt-4 pb-2 text-ink-2 text-xs sm:px-5">
      <span className="h-px flex-1 bg-line" />
      <time dateTime={at} title={formatFull(at)} className="font-medium">
        {formatDay(at)}
      </time>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

/** Above the first message that one had not read when one came. */
export function UnreadLine() {
  return (
    <div className="flex items-center gap-3 px-3 pt-2 pb-1 font-semibold text-err text-xs sm:px-5">
      <span className="h-px flex-1 bg-current opacity-50" />
      <span>{t("room.unread_line")}</span>
    </div>
  );
}

/** The day that one is scrolling through. The ear has the day lines. */
export function FloatingDay({ at }: { at: Timestamp }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-x-0 top-2 z-20 grid justify-items-center"
    >
      <span className="rounded-full border border-line bg-surface px-3 py-0.5 font-medium text-ink-2 text-xs shadow-pop">
        {formatDay(at)}
      </span>
    </div>
  );
}
