import type { MessageId } from "../gen/api";

/** What a reply says so far. `waiting`: nothing yet. */
export type StreamView = { text: string; phase: "waiting" | "writing" };

export function useStream(_reply: MessageId): StreamView {
  throw new Error("not yet");
}
