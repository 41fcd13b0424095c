import type { Timestamp } from "../gen/api";

/** 14:05 */
export function formatTime(_at: Timestamp): string {
  throw new Error("not yet");
}
/** Today, Yesterday, Monday, 3 March, 3 March 2025 */
export function formatDay(_at: Timestamp): string {
  throw new Error("not yet");
}
/** Day and time in full, for a tooltip. */
export function formatFull(_at: Timestamp): string {
  throw new Error("not yet");
}
/** In a list: the time today, else the day in short. */
export function formatShort(_at: Timestamp): string {
  throw new Error("not yet");
}
/** 5 minutes ago, in 3 days */
export function formatAgo(_at: Timestamp): string {
  throw new Error("not yet");
}
export function formatNumber(_n: number): string {
  throw new Error("not yet");
}
/** Ana, Ben and Cleo */
export function formatList(_words: readonly string[]): string {
  throw new Error("not yet");
}
