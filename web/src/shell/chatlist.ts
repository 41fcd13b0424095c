import type { ChatId } from "../gen/api";
import type { ChatEntry } from "../state/chats";

export type Filter = "all" | "unread" | "ai";
export const filters: readonly Filter[] = ["all", "unread", "ai"];

type Listed = Pick<ChatEntry, "id" | "kind" | "title" | "unread_count" | "mention" | "peer">;

/** `keep` stays in the list although it was read meanwhile: the row under one's pointer does not vanish. */
export function filtered<C extends Listed>(chats: readonly C[], filter: Filter, keep?: ChatId): readonly C[] {
  switch (filter) {
    case "all":
      return chats;
    case "unread":
      return chats.filter((chat) => isUnread(chat) || chat.id === keep);
    case "ai":
      return chats.filter((chat) => chat.kind === "ai");
  }
}

export function isUnread(chat: Pick<Listed, "unread_count" | "mention">): boolean {
  return chat.unread_count > 0 || chat.mention;
}

/** Chats whose title, or the other person's username, holds every word of the query; case and accents apart. */
export function searched<C extends Listed>(chats: readonly C[], query: string): readonly C[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  return chats.filter((chat) => {
    const text = fold(`${chat.title} ${chat.peer?.username ?? ""}`);
    return words.every((word) => text.includes(word));
  });
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The chat so many places further down the list; from nowhere, the first or the last. It does not go round. */
export function neighbour<C extends { id: ChatId }>(
  chats: readonly C[],
  from: ChatId | undefined,
  step: 1 | -1,
) {
  const at = chats.findIndex((chat) => chat.id === from);
  if (at === -1) return step === 1 ? chats[0] : chats.at(-1);
  return chats[at + step];
}

/** The next unread chat above or below; the place of the open one counts although it is read. */
export function unreadNeighbour<C extends Listed>(
  chats: readonly C[],
  from: ChatId | undefined,
  step: 1 | -1,
) {
  return neighbour(
    chats.filter((chat) => isUnread(chat) || chat.id === from),
    from,
    step,
  );
}
