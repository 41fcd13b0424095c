import type { ChatId } from "../gen/api";
import { frontChat, isWatched, onAttention } from "./attention";

// Locks say which chats are before somebody's eyes in any tab, and vanish with a tab that crashes. They are there
// wherever notifications are: both need a secure context.
const nameOf = (chat: ChatId) => `coop.watched.${chat}`;

let stop: (() => void) | undefined;

export function startWatch(): void {
  onAttention(tell);
}

function tell(): void {
  stop?.();
  stop = undefined;
  const chat = frontChat();
  const locks: LockManager | undefined = navigator.locks;
  if (chat === undefined || !locks || !isWatched(chat)) return;
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
  });
  locks.request(nameOf(chat), { mode: "shared" }, () => ended).catch(() => undefined);
}

/** Whether a chat is before somebody's eyes in any tab of this browser. */
export async function isWatchedAnywhere(chat: ChatId): Promise<boolean> {
  if (isWatched(chat)) return true;
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === nameOf(chat));
}
