import type { ChatId, MessageId } from "../gen/api";

export type Draft = {
  text: string;
  replyTo?: MessageId;
  editing?: MessageId;
  /** What was being written when an edit began; it comes back when the edit ends. */
  kept?: { text: string; replyTo?: MessageId };
};

export function useDraft(_chat: ChatId): [Draft, (draft: Draft) => void] {
  throw new Error("not yet");
}
export function setDraft(_chat: ChatId, _draft: Draft): void {}
