import type { Timestamp } from "../gen/api";
import { regional } from "./locale";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Making one of these takes longer than a hundred uses.
const cache = new Map<string, Intl.DateTimeFormat>();

function date(at: Timestamp | Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${regional()} ${JSON.stringify(options)}`;
  const format = cache.get(key) ?? new Intl.DateTimeFormat(regional(), options);
  cache.set(key, format);
  return format.format(typeof at === "string" ? new Date(at) : at);
}

/** Calendar days between now and then, in the reader's time zone; negative in the past. */
function daysFromNow(at: Timestamp): number {
  const midnight = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(new Date(at)) - midnight(new Date())) / DAY);
}

function relative(value: number, unit: Intl.RelativeTimeFormatUnit): string {
  const text = new Intl.RelativeTimeFormat(regional(), { numeric: "auto" }).format(value, unit);
  return text.charAt(0).toLocaleUpperCase(regional()) + text.slice(1);
}

/** 14:05, 2:05 PM */
export function formatTime(at: Timestamp): string {
  return date(at, { timeStyle: "short" });
}

/** Today, Yesterday, Monday, 3 March, 3 March 2025 */
export function formatDay(at: Timestamp): string {
  const days = daysFromNow(at);
  if (days === 0 || days === -1) return relative(days, "day");
  if (days < 0 && days > -7) return date(at, { weekday: "long" });
  const thisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return date(at, { day: "numeric", month: "long", ...(thisYear ? {} : { year: "numeric" }) });
}

/** Day and time in full, for a tooltip. */
export function formatFull(at: Timestamp): string {
  return date(at, { dateStyle: "full", timeStyle: "short" });
}

/** In a list: the time today, else the day in short. */
export function formatShort(at: Timestamp): string {
  const days = daysFromNow(at);
  if (days === 0) return formatTime(at);
  if (days === -1) return relative(days, "day");
  if (days < 0 && days > -7) return date(at, { weekday: "short" });
  const thisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return date(at, thisYear ? { day: "numeric", month: "short" } : { dateStyle: "short" });
}

/** 5 minutes ago, in 3 days */
export function formatAgo(at: Timestamp): string {
  const ms = new Date(at).getTime() - Date.now();
  const length = Math.abs(ms);
  const format = new Intl.RelativeTimeFormat(regional(), { numeric: "auto" });
  if (length < MINUTE) return format.format(0, "second");
  if (length < HOUR) return format.format(Math.round(ms / MINUTE), "minute");
  if (length < DAY) return format.format(Math.round(ms / HOUR), "hour");
  return format.format(Math.round(ms / DAY), "day");
}

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(regional()).format(n);
}

/** Ana, Ben and Cleo */
export function formatList(words: readonly string[]): string {
  return new Intl.ListFormat(regional(), { type: "conjunction" }).format(words);
}
