import { useEffect } from "react";
import { create } from "zustand";
import type { ChatId, Message, MessageId } from "../gen/api";
import { api, Disconnected, must } from "../wire/api";
import type { Frame } from "../wire/socket";
import { onHeard } from "./hearing";
import { messageOf } from "./messageOf";
import { message, useLogged } from "./rooms";
import { whileIn } from "./session";

export type Quoted = { kind: "loading" } | { kind: "found"; message: Message } | { kind: "gone" };

const loading: Quoted = { kind: "loading" };

/** Quoted messages that are not in the log, because it does not reach back so far. */
const fetched = create<ReadonlyMap<MessageId, Quoted>>(() => new Map());

/** The message that a reply quotes, wherever it is. */
export function useQuoted(chat: ChatId, id: MessageId): Quoted {
  const here = useLogged(chat, id);
  const elsewhere = fetched((all) => all.get(id));
  useEffect(() => {
    if (!message(chat, id)) fetchOnce(chat, id);
  }, [chat, id]);
  return here ? { kind: "found", message: here } : (elsewhere ?? loading);
}

async function fetchOnce(chat: ChatId, id: MessageId): Promise<void> {
  if (fetched.getState().has(id)) return;
  put(id, loading);
  try {
    const params = { path: { chat_id: chat, message_id: id } };
    const message = await must(api.GET("/api/chats/{chat_id}/messages/{message_id}", { params }));
    put(id, { kind: "found", message });
  } catch (error) {
    if (!(error instanceof Disconnected)) put(id, { kind: "gone" });
    // Asked again when it is shown the next time.
    else drop(id);
  }
}

function put(id: MessageId, quoted: Quoted): void {
  fetched.setState(new Map(fetched.getState()).set(id, quoted), true);
}

function drop(id: MessageId): void {
  const rest = new Map(fetched.getState());
  rest.delete(id);
  fetched.setState(rest, true);
}

function hear(frame: Frame): void {
  if (frame.type !== "message_updated" && frame.type !== "message_deleted") return;
  if (fetched.getState().has(frame.message_id))
    put(frame.message_id, { kind: "found", message: messageOf(frame) });
}

onHeard({ onFrame: hear });

whileIn(() => () => fetched.setState(new Map(), true));
