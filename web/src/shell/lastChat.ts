import type { ChatId } from "../gen/api";

const KEY = "coop.last-chat";

/** The chat that was in front last, to begin with it the next time. */
export function rememberChat(chat: ChatId): void {
  try {
    localStorage.setItem(KEY, chat);
  } catch {
    // Storage may be forbidden; then one begins at the greeting.
  }
}

export function lastChat(): ChatId | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
