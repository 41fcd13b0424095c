import type { Timestamp } from "../gen/api";
import { formatFull, formatTime } from "../i18n";

/** The time of day; the whole date under the pointer. */
export function Time({ at, className }: { at: Timestamp; className?: string }) {
  return (
    <time dateTime={at} title={formatFull(at)} className={className}>
      {formatTime(at)}
    </time>
  );
}
