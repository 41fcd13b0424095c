import { useStore } from "zustand";
import type { ChatId, Message, MessageId, Seq } from "../gen/api";
import type { Frame } from "../wire/socket";
import { frontChat, onAttention } from "./attention";
import { hold, onHeard, release } from "./hearing";
import { messageOf } from "./messageOf";
import { hearPosted, onUnsent } from "./posts";
import { Room } from "./room";
import { whileIn } from "./session";

/** So many chats' logs are kept, in the order in which they were looked at last. */
const ROOMS = 8;

const rooms = new Map<ChatId, Room>();

export function roomOf(chat: ChatId): Room {
  const known = rooms.get(chat);
  if (known) return known;
  const room = new Room(chat);
  rooms.set(chat, room);
  return room;
}

/** Looked at now: it may not miss anything, and whichever was not looked at for longest may go. */
export function touch(chat: ChatId): Room {
  const room = roomOf(chat);
  rooms.delete(chat);
  rooms.set(chat, room);
  hold(chat);
  for (const other of rooms.keys()) {
    if (rooms.size <= ROOMS) break;
    rooms.delete(other);
    release(other);
  }
  return room;
}

/** The log of a chat, should it be here. */
export function knownRoom(chat: ChatId): Room | undefined {
  return rooms.get(chat);
}

/** A message of the log, should it be there, as it is now. */
export function useLogged(chat: ChatId, id: MessageId): Message | undefined {
  return useStore(roomOf(chat).store, () => message(chat, id));
}

export function message(chat: ChatId, id: MessageId): Message | undefined {
  return rooms.get(chat)?.get(id);
}

/** How many of the others' messages lie behind `seq`; undefined where not all of them are here. */
export function unreadAfter(chat: ChatId, seq: Seq): number | undefined {
  return rooms.get(chat)?.unreadAfter(seq);
}

function hear(frame: Frame): void {
  switch (frame.type) {
    case "hello":
      for (const room of rooms.values()) room.recover();
      break;
    case "message":
      rooms.get(frame.chat_id)?.hear(messageOf(frame));
      break;
    case "message_updated":
    case "message_deleted": {
      const now = messageOf(frame);
      rooms.get(frame.chat_id)?.update(now.id, () => now);
      break;
    }
    case "participant_added":
    case "participant_removed":
    case "participant_role":
    case "chat_updated":
      rooms.get(frame.chat_id)?.hear(frame.message);
      break;
    case "bot_stream":
      if (frame.is_complete) rooms.get(frame.chat_id)?.update(frame.message_id, (old) => settled(old, frame));
      break;
  }
  hearPosted(frame);
}

/** The reply as its last frame leaves it. */
function settled(old: Message, end: Extract<Frame, { type: "bot_stream" }>): Message {
  const { reason, detail, budget, model, fallback_from, usage, stopped_by } = end;
  return {
    ...old,
    content: end.full_response ?? old.content,
    status: end.status ?? old.status,
    updated_seq: end.seq ?? old.updated_seq,
    ...(old.run
      ? {
          run: {
            ...old.run,
            reason: reason ?? null,
            detail: detail ?? null,
            budget: budget ?? null,
            model: model ?? old.run.model ?? null,
            fallback_from: fallback_from ?? old.run.fallback_from ?? null,
            usage: usage ?? null,
            stopped_by: stopped_by ?? null,
          },
        }
      : {}),
  };
}

onHeard({
  onFrame: hear,
  onReset: (chat) => rooms.get(chat)?.refetch(),
  onGone: (chat) => rooms.get(chat)?.close(),
});

onUnsent(() => {
  for (const room of rooms.values()) room.show();
});

let front: ChatId | undefined;
onAttention(() => {
  if (frontChat() === front) return;
  front = frontChat();
  if (front !== undefined) rooms.get(front)?.reopen();
});

whileIn(() => () => rooms.clear());
