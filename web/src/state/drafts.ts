import { create } from "zustand";
import type { ChatId, MessageId, UserId } from "../gen/api";
import { onStored, store, stored, storedKeys, unstore } from "../wire/storage";
import { whileIn } from "./session";

export type Draft = {
  text: string;
  replyTo?: MessageId;
  editing?: MessageId;
  /** What was being written when an edit began; it comes back when the edit ends. */
  kept?: { text: string; replyTo?: MessageId };
};

const SAVE_MS = 300;
const empty: Draft = { text: "" };

const drafts = create<ReadonlyMap<ChatId, Draft>>(() => new Map());
// Changes only when a chat begins or ends to have a draft, not at every key: the chat list hangs on it.
const written = create<ReadonlySet<ChatId>>(() => new Set());

let user: UserId | undefined;
const unsaved = new Map<ChatId, ReturnType<typeof setTimeout>>();

export function useDraft(chat: ChatId): [Draft, (draft: Draft) => void] {
  const draft = drafts((all) => all.get(chat) ?? empty);
  return [draft, (next) => setDraft(chat, next)];
}

export function draftOf(chat: ChatId): Draft {
  return drafts.getState().get(chat) ?? empty;
}

/** Whether something is written in a chat. */
export function useHasDraft(chat: ChatId): boolean {
  return written((all) => all.has(chat));
}

/** The chats in which something is written. */
export function useWritten(): ReadonlySet<ChatId> {
  return written();
}

export function setDraft(chat: ChatId, draft: Draft): void {
  put(chat, draft);
  clearTimeout(unsaved.get(chat));
  // Storage is slow enough to be felt when it is written at every key; an emptied box must not come back.
  if (isEmpty(draft)) save(chat);
  else
    unsaved.set(
      chat,
      setTimeout(() => save(chat), SAVE_MS),
    );
}

function isEmpty({ text, replyTo, editing }: Draft): boolean {
  return text.trim() === "" && replyTo === undefined && editing === undefined;
}

function put(chat: ChatId, draft: Draft): void {
  drafts.setState(new Map(drafts.getState()).set(chat, draft), true);
  const isWritten = !isEmpty(draft);
  const known = written.getState();
  if (known.has(chat) === isWritten) return;
  const next = new Set(known);
  if (isWritten) next.add(chat);
  else next.delete(chat);
  written.setState(next, true);
}

function key(chat: ChatId): string {
  return `coop.user.${user}.draft.${chat}`;
}

function save(chat: ChatId): void {
  clearTimeout(unsaved.get(chat));
  unsaved.delete(chat);
  const draft = draftOf(chat);
  if (isEmpty(draft)) unstore(key(chat));
  else store(key(chat), draft);
}

function saveAll(): void {
  for (const chat of [...unsaved.keys()]) save(chat);
}

whileIn((me) => {
  user = me.id;
  const prefix = key("");
  const chatOf = (stored: string) => stored.slice(prefix.length);
  for (const name of storedKeys(prefix)) put(chatOf(name), (stored(name) as Draft | null) ?? empty);
  const stopListening = onStored(prefix, (name, value) => {
    // What is being typed in this tab right now is newer.
    if (!unsaved.has(chatOf(name))) put(chatOf(name), (value as Draft | null) ?? empty);
  });
  addEventListener("pagehide", saveAll);
  return () => {
    saveAll();
    removeEventListener("pagehide", saveAll);
    stopListening();
    drafts.setState(new Map(), true);
    written.setState(new Set(), true);
    user = undefined;
  };
});
