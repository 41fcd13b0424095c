import type { ChatId } from "../gen/api";

/** What the tabs of one browser tell each other. */
export type TabMessage =
  | { type: "token"; token: string; expiresAt: number }
  | { type: "out" }
  /** By their own wish, so that nothing of theirs may stay in this browser. */
  | { type: "signed_out" }
  /** Somebody looked at this chat: nothing in it is news any more. */
  | { type: "seen"; chat: ChatId };

const channel = open();

/** Where people forbid cookies, a browser may forbid this with them; then each tab is alone. */
function open(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel("coop");
  } catch {
    return undefined;
  }
}

export function tellTabs(message: TabMessage): void {
  channel?.postMessage(message);
}

export function onTab<T extends TabMessage["type"]>(
  type: T,
  hear: (message: Extract<TabMessage, { type: T }>) => void,
): () => void {
  const listener = ({ data }: MessageEvent<TabMessage>) => {
    if (data.type === type) hear(data as Extract<TabMessage, { type: T }>);
  };
  channel?.addEventListener("message", listener);
  return () => channel?.removeEventListener("message", listener);
}
