import type { ChatId, Message, MessageId, Preview, Seq, UserId } from "../gen/api";
import type { Frame } from "../wire/socket";
import { onTab, tellTabs } from "../wire/tabs";
import { settledFor } from "./asked";
import { isWatched } from "./attention";
import { add, change, drop, item, refetch, refetchSoon, rename, toTop } from "./chatList";
import { onHeard } from "./hearing";
import { mentions } from "./mentions";
import { messageOf } from "./messageOf";
import { me, whileIn } from "./session";

/** Unread messages are counted so far and no further, as the server does. */
export const MANY = 100;

/** Posted and deleted while we were away: such a message comes deleted the first time already. */
const cameDeleted = new Set<MessageId>();

/** One's own position moved, here or elsewhere. `left`: how many unread ones are still behind it, where that is known. */
export function readUpTo(chat: ChatId, seq: Seq, left?: number): void {
  change(chat, (old) => {
    if (seq <= old.last_read_seq) return old;
    const atEnd = seq >= (old.last_message?.seq ?? old.head_seq);
    if (!atEnd && left === undefined) refetchSoon();
    const unread_count = atEnd ? 0 : Math.min(MANY, left ?? old.unread_count);
    return { ...old, last_read_seq: seq, unread_count, mention: old.mention && !atEnd };
  });
}

/** Somebody looks at the chat: what called for attention there has it. */
export function seen(chat: ChatId): void {
  if (!item(chat)?.mention) return;
  tellTabs({ type: "seen", chat });
  change(chat, (old) => ({ ...old, mention: false }));
}

function callForMe(chat: ChatId): void {
  if (!isWatched(chat)) change(chat, (old) => (old.mention ? old : { ...old, mention: true }));
}

/** One of the others' ordinary messages: what the server counts as unread. */
function counts(message: Pick<Message, "kind" | "user_id">): boolean {
  return message.kind === "text" && message.user_id !== me()?.id;
}

function posted(message: Message, seq: Seq): void {
  const { chat_id: chat, deleted_at, content } = message;
  const old = item(chat);
  if (!old || seq <= old.counted) return;
  if (deleted_at) cameDeleted.add(message.id);
  const unread = counts(message) && !deleted_at && seq > old.last_read_seq;
  change(chat, () => ({
    ...old,
    head_seq: Math.max(old.head_seq, seq),
    counted: seq,
    last_message: preview(message),
    last_message_time: message.created_at,
    unread_count: Math.min(MANY, old.unread_count + (unread ? 1 : 0)),
  }));
  if (unread && !message.is_bot && mentions(content, me()?.username ?? "")) callForMe(chat);
  toTop(chat);
}

/** What a list shows of a message. */
function preview(message: Message): Preview {
  const { id, content, seq, kind, user_id, username, display_name, is_bot, status } = message;
  const { deleted_at = null, data = null } = message;
  const author = { user_id, username, display_name, is_bot };
  return { message_id: id, seq, kind, ...author, status, content: content.slice(0, 200), deleted_at, data };
}

function changed(
  chat: ChatId,
  seq: Seq,
  now: Pick<Preview, "message_id" | "content"> & Partial<Preview>,
): void {
  change(chat, (old) => {
    if (seq <= old.counted) return old;
    const next = { ...old, head_seq: Math.max(old.head_seq, seq), counted: seq };
    const last = old.last_message;
    if (last?.message_id !== now.message_id) return next;
    return { ...next, last_message: { ...last, ...now, content: now.content.slice(0, 200) } };
  });
}

function deleted(message: Message, seq: Seq): void {
  const { chat_id: chat, id } = message;
  const wasCounted = counts(message) && !cameDeleted.delete(id);
  const old = item(chat);
  if (!old || seq <= old.counted) return;
  changed(chat, seq, { message_id: id, content: "", deleted_at: message.deleted_at ?? null });
  if (!wasCounted || message.seq <= old.last_read_seq || old.unread_count === 0) return;
  // At the cap nobody knows how many more there are.
  if (old.unread_count >= MANY) refetchSoon();
  else change(chat, (now) => ({ ...now, unread_count: now.unread_count - 1 }));
}

/** A chat that this socket does not hear went on. */
function wentOn({
  chat_id: chat,
  head_seq,
  preview,
  mention,
}: Extract<Frame, { type: "chat_activity" }>): void {
  const old = item(chat);
  if (!old || head_seq <= old.counted) return;
  // What is unread is not counted here: on top of the list the chat is heard again, from `counted` on.
  // A reply that was settled last need not be the latest message.
  const isLatest = preview && preview.seq >= (old.last_message?.seq ?? 0);
  change(chat, () => ({ ...old, head_seq, ...(isLatest ? { last_message: preview } : {}) }));
  if (mention) callForMe(chat);
  if (preview) toTop(chat);
  refetchSoon();
}

function isMine(user: UserId | undefined): boolean {
  return user !== undefined && user === me()?.id;
}

function hear(frame: Frame): void {
  switch (frame.type) {
    case "hello":
      refetch();
      break;
    case "message":
      posted(messageOf(frame), frame.seq);
      break;
    case "message_updated":
      changed(frame.chat_id, frame.seq, {
        message_id: frame.message_id,
        content: frame.content,
        status: frame.status,
      });
      break;
    case "message_deleted":
      deleted(messageOf(frame), frame.seq);
      break;
    case "bot_stream":
      if (typeof frame.seq !== "number") return;
      changed(frame.chat_id, frame.seq, {
        message_id: frame.message_id,
        content: frame.full_response ?? "",
        status: frame.status ?? "complete",
      });
      break;
    case "participant_added":
    case "participant_removed":
      posted(frame.message, frame.seq);
      break;
    case "participant_role":
      posted(frame.message, frame.seq);
      if (frame.user.id === me()?.id) change(frame.chat_id, (old) => ({ ...old, my_role: frame.role }));
      if (frame.role === "owner") change(frame.chat_id, (old) => ({ ...old, owner_id: frame.user.id }));
      break;
    case "chat_updated": {
      posted(frame.message, frame.seq);
      const { name, owner_id, settings } = frame;
      change(frame.chat_id, (old) => ({
        ...old,
        name: name ?? null,
        owner_id: owner_id ?? null,
        settings: settings ?? {},
      }));
      break;
    }
    case "read":
      if (frame.user_id === me()?.id) readUpTo(frame.chat_id, frame.last_read_seq);
      break;
    case "chat_created":
    case "chat_invite":
      add(frame.chat);
      break;
    case "chat_activity":
      wentOn(frame);
      break;
    case "user_updated":
      rename(frame.user);
      break;
    case "chat_preferences":
      change(frame.chat_id, (old) => ({ ...old, notify: frame.notify }));
      break;
  }
  if ("chat_id" in frame && frame.chat_id && isMine(settledFor(frame))) callForMe(frame.chat_id);
}

onHeard({ onFrame: hear, onGone: drop, onReset: refetch });
onTab("seen", ({ chat }) => change(chat, (old) => (old.mention ? { ...old, mention: false } : old)));
whileIn(() => () => cameDeleted.clear());
