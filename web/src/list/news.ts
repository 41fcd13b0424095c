import type { Message, MessageId, MessageStatus, Seq, UserId } from "../gen/api";
import { isSettled } from "../message/actions";
import type { Row } from "../state/log";

/** What a screen reader is told of a room. Never by token: a reply's start and its end. */
export type News =
  | { kind: "said"; message: Message }
  | { kind: "many"; count: number }
  | { kind: "answering" | "answered" | "fell_short" | "failed"; reply: Message };

/** What was heard so far: up to which change, and how far the unsettled replies were. */
export type Heard = { seq: Seq; replies: ReadonlyMap<MessageId, MessageStatus> };

/** So many are read out one by one; more came while one was away, and are counted. */
const ONE_BY_ONE = 3;

/** What is known already when one comes in; of what is being written only the end is news. */
export function heardBy(rows: readonly Row[], head: Seq): Heard {
  const unsettled = rows.flatMap((row) =>
    "message" in row && !isSettled(row.message) ? [[row.message.id, row.message.status] as const] : [],
  );
  return { seq: head, replies: new Map(unsettled) };
}

export function newsOf(rows: readonly Row[], heard: Heard, me: UserId): { news: News[]; heard: Heard } {
  const said: Message[] = [];
  const replies: News[] = [];
  const unsettled = new Map(heard.replies);
  let seq = heard.seq;
  for (const row of rows) {
    if (!("message" in row) || row.message.updated_seq <= heard.seq) continue;
    const { message } = row;
    seq = Math.max(seq, message.updated_seq);
    if (message.is_bot) {
      const before = unsettled.get(message.id);
      if (isSettled(message)) unsettled.delete(message.id);
      else unsettled.set(message.id, message.status);
      const kind = turn(message, before, heard.seq);
      if (kind) replies.push({ kind, reply: message });
    } else if (message.seq > heard.seq && message.kind === "text" && message.user_id !== me) {
      if (!message.deleted_at) said.push(message);
    }
  }
  const told: News[] =
    said.length > ONE_BY_ONE
      ? [{ kind: "many", count: said.length }]
      : said.map((message) => ({ kind: "said", message }));
  return { news: [...told, ...replies], heard: { seq, replies: unsettled } };
}

function turn(reply: Message, before: MessageStatus | undefined, heard: Seq) {
  if (reply.status === "streaming") return before === "streaming" ? undefined : "answering";
  // Settled long ago, and changed now: it was deleted, or comes from an older page.
  const ended = before !== undefined || reply.seq > heard;
  if (!isSettled(reply) || !ended || reply.deleted_at) return undefined;
  if (reply.status === "failed") return "failed";
  return reply.status === "complete" ? "answered" : "fell_short";
}
