import type { Day } from "../../gen/api";
import { regional } from "../../i18n/locale";

// A day that is counted in UTC is not to become the one before it where the reader lives.
function written(day: Day, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(regional(), { ...options, timeZone: "UTC" }).format(new Date(day));
}

/** 21 Nov */
export function formatDate(day: Day): string {
  return written(day, { day: "numeric", month: "short" });
}

/** Sat, 21 Nov 2026 */
export function formatDateInFull(day: Day): string {
  return written(day, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}
