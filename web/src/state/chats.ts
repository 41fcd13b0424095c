import type { ChatId, ChatKind, UserRef } from "../gen/api";
import type { ListedChat, NotifyLevel } from "../wire/pending";
import type { Queue } from "./people";

export type ChatEntry = Omit<ListedChat, "notify"> & {
  /** Its name, or the other person's, or what an AI chat is called. */
  title: string;
  notify: NotifyLevel;
  /** Something is written here that was not sent. */
  draft: boolean;
  typing: readonly UserRef[];
  queue: Queue;
  /** Somebody mentioned me, or my answer is ready, since I last read here. */
  mention: boolean;
};

/** Newest activity first; undefined until the list has come for the first time. */
export function useChats(): readonly ChatEntry[] | undefined {
  throw new Error("not yet");
}
export function useChat(_id: ChatId): ChatEntry | undefined {
  throw new Error("not yet");
}
/** Of all chats but the muted ones. */
export function useTotalUnread(): number {
  throw new Error("not yet");
}
/** Its room is in front now. */
export function openChat(_id: ChatId): void {}
export function closeChat(_id: ChatId): void {}

export type NewChat = { kind: ChatKind; name?: string; participant_usernames?: string[] };
/** → the new chat's id; a private chat that exists already is found again. */
export async function createChat(_chat: NewChat): Promise<ChatId> {
  throw new Error("not yet");
}
export async function renameChat(_id: ChatId, _name: string): Promise<void> {}
export async function deleteChat(_id: ChatId): Promise<void> {}
/** An owner names the next one. */
export async function leaveChat(_id: ChatId, _newOwner?: string): Promise<void> {}
export async function setNotify(_id: ChatId, _level: NotifyLevel): Promise<void> {}
