import type { Entry } from "./entries";

const LINE_PX = 23;
const COLUMNS = 90;

/** About how high a row will be. The nearer it is, the less the scrollbar moves when the row is measured. */
export function estimate(entry: Entry | undefined): number {
  if (!entry) return LINE_PX;
  const lines = (entry.day ? 48 : 0) + (entry.unread ? 32 : 0);
  if (entry.kind === "intro") return 220;
  if (entry.kind === "system") return lines + 28;
  const text = (entry.kind === "message" ? entry.message : entry.pending).content;
  const height = Math.ceil(text.length / COLUMNS) * LINE_PX;
  const bot = entry.kind === "message" && entry.message.is_bot;
  return lines + height + (bot ? 60 : entry.grouped ? 4 : 32);
}
