import type { ChatId, Member, QueueEntry, Seq, UserId, UserRef } from "../gen/api";

export type Queue = { running: readonly QueueEntry[]; waiting: readonly QueueEntry[] };

/** Owner first, then admins, then members by joining time; and who of them is there. */
export function usePeople(_chat: ChatId): { members: readonly Member[]; online: ReadonlySet<UserId> } {
  throw new Error("not yet");
}
export function useMember(_chat: ChatId, _user: UserId): Member | undefined {
  throw new Error("not yet");
}
/** Never oneself; each for 5 s after the last sign. */
export function useTyping(_chat: ChatId): readonly UserRef[] {
  throw new Error("not yet");
}
/** Call it at every key; it tells the others as often as they need. */
export function sendTyping(_chat: ChatId): void {}
/** How far each has read. */
export function useReaders(_chat: ChatId): ReadonlyMap<UserId, Seq> {
  throw new Error("not yet");
}
/** Replies that are being written and that wait. */
export function useQueue(_chat: ChatId): Queue {
  throw new Error("not yet");
}
