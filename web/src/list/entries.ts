import type { Message, Seq, Timestamp, UserId } from "../gen/api";
import { type Change, changeOf } from "../message/change";
import type { PendingPost, Row } from "../state/log";

/** Messages of one author that are no further apart stand under one name. */
const GROUP_MS = 5 * 60_000;

/** What stands above a row. */
type Above = { key: string; day?: Timestamp; unread?: true };

/**
 * One item of the virtual list. Lines belong to the row below them instead of being items themselves: then no
 * item comes or goes when older messages are loaded, and the one that holds the reader's place never vanishes.
 */
export type Entry = Above &
  (
    | { kind: "intro" }
    | { kind: "message"; message: Message; grouped: boolean }
    | { kind: "pending"; pending: PendingPost; grouped: boolean }
    | { kind: "system"; messages: readonly Message[]; change: Change }
  );

type Context = { me: UserId; now: Timestamp; dividerSeq?: Seq | undefined; atStart: boolean };

type Line = { author: UserId; at: Timestamp; ms: number; seq?: Seq };

export function toEntries(rows: readonly Row[], context: Context): Entry[] {
  const entries: Entry[] = [];
  let above: Line | undefined;
  let dividerSeq = context.dividerSeq;
  for (const row of rows) {
    const line = lineOf(row, context);
    const day = above === undefined || dayOf(above.ms) !== dayOf(line.ms) ? line.at : undefined;
    const unread = dividerSeq !== undefined && line.seq !== undefined && line.seq >= dividerSeq;
    if (unread) dividerSeq = undefined;
    const top: Above = { key: row.key, ...(day && { day }), ...(unread && { unread }) };
    const alone = day !== undefined || unread;
    const last = entries.at(-1);
    if ("message" in row && row.message.kind === "system") {
      const change = changeOf(row.message);
      if (!alone && last?.kind === "system" && change !== "other" && last.change === change) {
        // Under the newest one's key: what is loaded above may lengthen the run, and the reader's place with it.
        entries[entries.length - 1] = { ...last, key: row.key, messages: [...last.messages, row.message] };
      } else entries.push({ ...top, kind: "system", messages: [row.message], change });
    } else {
      const follows = last?.kind === "message" || last?.kind === "pending";
      const grouped = !alone && follows && above !== undefined && continues(above, line);
      if ("message" in row) entries.push({ ...top, kind: "message", message: row.message, grouped });
      else entries.push({ ...top, kind: "pending", pending: row.pending, grouped });
    }
    above = line;
  }
  // What stands above the first one is not known yet, and would change how it looks: it waits for its neighbour,
  // so that loading older messages never alters a row that the reader sees.
  if (context.atStart) entries.unshift({ key: "intro", kind: "intro" });
  else entries.shift();
  return entries;
}

/** The item that shows the message of this place, or the one after it; -1 where all are earlier. */
export function indexOfSeq(entries: readonly Entry[], seq: Seq): number {
  return entries.findIndex((entry) => (lastSeq(entry) ?? -1) >= seq);
}

/** The newest message that an item shows. */
export function lastSeq(entry: Entry): Seq | undefined {
  if (entry.kind === "message") return entry.message.seq;
  if (entry.kind === "system") return entry.messages.at(-1)?.seq;
  return undefined;
}

/** The day that an item belongs to, for the date that floats while one scrolls. */
export function timeOf(entry: Entry): Timestamp | undefined {
  if (entry.kind === "message") return entry.message.created_at;
  if (entry.kind === "system") return entry.messages[0]?.created_at;
  return undefined;
}

/** The newest message of mine. */
export function lastOfMine(entries: readonly Entry[], me: UserId): string | undefined {
  return entries.findLast(
    (entry) => entry.kind === "message" && entry.message.user_id === me && !entry.message.deleted_at,
  )?.key;
}

export function isBeingWritten(entry: Entry): boolean {
  return entry.kind === "message" && entry.message.status === "streaming";
}

function lineOf(row: Row, { me, now }: Context): Line {
  if ("pending" in row) return { author: me, at: now, ms: Date.parse(now) };
  const { user_id, created_at, seq } = row.message;
  return { author: user_id, at: created_at, ms: Date.parse(created_at), seq };
}

function continues(above: Line, line: Line): boolean {
  return above.author === line.author && line.ms - above.ms < GROUP_MS;
}

// The reader's days, not UTC's. The last one is kept, because neighbours mostly share theirs.
let known = { from: 0, to: 0 };

function dayOf(ms: number): number {
  if (ms < known.from || ms >= known.to) {
    const date = new Date(ms);
    const from = date.setHours(0, 0, 0, 0);
    known = { from, to: date.setDate(date.getDate() + 1) };
  }
  return known.from;
}
