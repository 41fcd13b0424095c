import { useEffect } from "react";
import { useStore } from "zustand";
import type { ChatId, Message, MessageId, Seq } from "../gen/api";
import { api, must } from "../wire/api";
import { socket } from "./connection";
import { post as send } from "./posts";
import type { Log } from "./room";
import { knownRoom, roomOf, touch } from "./rooms";
import { me } from "./session";
import { follow } from "./stream";

export { discard, resend } from "./posts";
export { type Quoted, useQuoted } from "./quoted";
export type { Log, PendingPost, Row } from "./room";
export { message } from "./rooms";

export function useLog(chat: ChatId): Log {
  const room = roomOf(chat);
  useEffect(() => {
    touch(chat).open();
  }, [chat]);
  return useStore(room.store);
}

export function loadOlder(chat: ChatId): Promise<void> {
  return touch(chat).loadOlder();
}

export function loadNewer(chat: ChatId): Promise<void> {
  return touch(chat).loadNewer();
}

/** Shows the log around a place; what is there already is not fetched again. */
export function openAround(chat: ChatId, seq: Seq): Promise<void> {
  return touch(chat).openAround(seq);
}

export function jumpToLatest(chat: ChatId): Promise<void> {
  return touch(chat).jumpToLatest();
}

/** Shows it at once and sends it in order; also after a reload or a time without a connection. */
export function post(chat: ChatId, content: string, replyTo?: MessageId): void {
  send(chat, content, replyTo);
  jumpToLatest(chat);
}

/** My newest message that can be edited, among those that are held. */
export function lastOwn(chat: ChatId): Message | undefined {
  const mine = me()?.id;
  const rows = knownRoom(chat)?.store.getState().rows ?? [];
  const messages = rows.flatMap((row) => ("message" in row ? [row.message] : []));
  return messages.findLast(
    ({ user_id, kind, deleted_at }) => user_id === mine && kind === "text" && !deleted_at,
  );
}

export async function edit(chat: ChatId, id: MessageId, content: string): Promise<void> {
  const params = { path: { chat_id: chat, message_id: id } };
  const edited = await must(
    api.PATCH("/api/chats/{chat_id}/messages/{message_id}", { params, body: { content } }),
  );
  knownRoom(chat)?.update(id, () => edited);
}

export async function remove(chat: ChatId, id: MessageId): Promise<void> {
  const params = { path: { chat_id: chat, message_id: id } };
  await must(api.DELETE("/api/chats/{chat_id}/messages/{message_id}", { params }));
}

export async function stop(chat: ChatId, id: MessageId): Promise<void> {
  await socket.send({ type: "stop", chat_id: chat, message_id: id });
}

/** Has a reply that fell short go on from where it ended. */
export async function goOn(chat: ChatId, id: MessageId): Promise<void> {
  const params = { path: { chat_id: chat, message_id: id } };
  const again = await must(api.POST("/api/chats/{chat_id}/messages/{message_id}/continue", { params }));
  knownRoom(chat)?.update(id, () => again);
  follow(again);
}

export async function retry(chat: ChatId, id: MessageId): Promise<void> {
  const params = { path: { chat_id: chat, message_id: id } };
  const again = await must(api.POST("/api/chats/{chat_id}/messages/{message_id}/retry", { params }));
  knownRoom(chat)?.update(id, () => again);
  follow(again);
}
