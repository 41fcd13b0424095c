import { useMemo } from "react";
import type { ChatId, ChatKind, NotifyLevel, UserId, UserRef } from "../gen/api";
import { useLocale } from "../i18n";
import { api, must } from "../wire/api";
import { newClientId } from "../wire/ids";
import { bringToFront, frontChat } from "./attention";
import { add, change, chatList, drop, type Item, item, titleOf, totalUnread } from "./chatList";
import { seen } from "./chatNews";
import { useHasDraft, useWritten } from "./drafts";
import { nobody, noQueue, type Queue, useQueue, useQueues, useTyping, useTypists } from "./people";

/** A chat that was joined by a link. */
export { add as addChat } from "./chatList";
export { MANY } from "./chatNews";

export type ChatEntry = Omit<Item, "counted"> & {
  /** Its name, or the other person's, or what an AI chat is called. */
  title: string;
  /** Something is written here that was not sent. */
  draft: boolean;
  typing: readonly UserRef[];
  queue: Queue;
};

type Parts = { item: Item; typing: readonly UserRef[]; queue: Queue; draft: boolean; title: string };

// An entry stays the same object until one of its parts changes, so that one row of the list is drawn and not all.
const entries = new WeakMap<Item, Parts & { entry: ChatEntry }>();

function entryOf(parts: Parts): ChatEntry {
  const known = entries.get(parts.item);
  const { item, typing, queue, draft, title } = parts;
  const same =
    known?.typing === typing && known.queue === queue && known.draft === draft && known.title === title;
  if (same) return known.entry;
  const { counted: _, ...shown } = item;
  const entry = { ...shown, typing, queue, draft, title };
  entries.set(item, { ...parts, entry });
  return entry;
}

/** Newest activity first; undefined until the list has come for the first time. */
export function useChats(): readonly ChatEntry[] | undefined {
  const { order, items } = chatList();
  const typists = useTypists();
  const queues = useQueues();
  const drafts = useWritten();
  const locale = useLocale();
  return useMemo(() => {
    // Titles are in the reader's language.
    void locale;
    return order?.flatMap((id) => {
      const item = items.get(id);
      if (!item) return [];
      const [typing, queue] = [typists.get(id) ?? nobody, queues.get(id) ?? noQueue];
      return [entryOf({ item, typing, queue, draft: drafts.has(id), title: titleOf(item) })];
    });
  }, [order, items, typists, queues, drafts, locale]);
}

export function useChat(id: ChatId): ChatEntry | undefined {
  const item = chatList((state) => state.items.get(id));
  const typing = useTyping(id);
  const queue = useQueue(id);
  const draft = useHasDraft(id);
  useLocale();
  return item && entryOf({ item, typing, queue, draft, title: titleOf(item) });
}

/** Unread messages of all chats but the muted ones. */
export function useTotalUnread(): number {
  return chatList(totalUnread);
}

/** Its room is in front now. */
export function openChat(id: ChatId): void {
  bringToFront(id);
  seen(id);
}

export function closeChat(id: ChatId): void {
  if (frontChat() === id) bringToFront(undefined);
}

export type NewChat = { kind: ChatKind; name?: string; participant_usernames?: string[] };

/** → the new chat's id; a private chat that exists already is found again. */
export async function createChat(body: NewChat): Promise<ChatId> {
  // Tried again after a lost answer, it makes no second one.
  const header = { "Idempotency-Key": newClientId() };
  const chat = await must(api.POST("/api/chats", { body, params: { header } }));
  add(chat);
  return chat.id;
}

export async function renameChat(id: ChatId, name: string): Promise<void> {
  const params = { path: { chat_id: id } };
  const chat = await must(api.PATCH("/api/chats/{chat_id}", { params, body: { name } }));
  change(id, (old) => ({ ...old, name: chat.name ?? null }));
}

export async function deleteChat(id: ChatId): Promise<void> {
  await must(api.DELETE("/api/chats/{chat_id}", { params: { path: { chat_id: id } } }));
  drop(id);
}

/** An owner names the next one. */
export async function leaveChat(id: ChatId, newOwner?: UserId): Promise<void> {
  const body = newOwner === undefined ? {} : { new_owner_id: newOwner };
  await must(api.POST("/api/chats/{chat_id}/leave", { params: { path: { chat_id: id } }, body }));
  drop(id);
}

export async function setNotify(id: ChatId, notify: NotifyLevel): Promise<void> {
  const before = item(id)?.notify;
  change(id, (old) => ({ ...old, notify }));
  try {
    await must(api.PATCH("/api/chats/{chat_id}/me", { params: { path: { chat_id: id } }, body: { notify } }));
  } catch (error) {
    if (before) change(id, (old) => ({ ...old, notify: before }));
    throw error;
  }
}
