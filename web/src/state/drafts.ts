import type { ChatId, Message, MessageId } from "../gen/api";

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

/** The draft once a reply to `message` has begun. */
export function replying(draft: Draft, message: MessageId): Draft {
  return { text: withoutEdit(draft).text, replyTo: message };
}

/** The draft once an edit of `message` has begun. */
export function editing(draft: Draft, message: Message): Draft {
  const { text, replyTo } = withoutEdit(draft);
  const kept = { text, ...(replyTo ? { replyTo } : {}) };
  return { text: message.content, editing: message.id, ...(text || replyTo ? { kept } : {}) };
}

/** The draft once its reply or edit was given up. */
export function withoutContext(draft: Draft): Draft {
  return draft.editing ? withoutEdit(draft) : { text: draft.text };
}

/** The draft once an edit is over. */
export function withoutEdit(draft: Draft): Draft {
  return draft.editing ? { text: "", ...draft.kept } : draft;
}

export function draftOf(_chat: ChatId): Draft {
  throw new Error("not yet");
}
