import type { ChatId } from "../gen/api";
import { whileIn } from "./session";

// Which room is in front in this tab, and whether somebody looks at it.
let front: ChatId | undefined;
const listeners = new Set<() => void>();

whileIn(() => () => bringToFront(undefined));

export function bringToFront(chat: ChatId | undefined): void {
  if (front === chat) return;
  front = chat;
  changed();
}

export function frontChat(): ChatId | undefined {
  return front;
}

export function isFocused(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** Whether somebody has this chat before their eyes. */
export function isWatched(chat: ChatId): boolean {
  return front === chat && isFocused();
}

/** Calls when another room comes to the front, and when the window gets or loses the focus. */
export function onAttention(hear: () => void): void {
  listeners.add(hear);
}

function changed(): void {
  for (const hear of listeners) hear();
}

addEventListener("focus", changed);
addEventListener("blur", changed);
document.addEventListener("visibilitychange", changed);
