import { create } from "zustand";
import type { ChatId, Message, MessageId } from "../gen/api";
import { type Draft, draftOf, setDraft } from "./drafts";

// What a draft answers or edits, begun and ended.

const begun = create<number>(() => 0);

/** Another number whenever a reply or an edit begins, also of a message that is answered or edited already. */
export function useBegun(): number {
  return begun();
}

export function beginReply(chat: ChatId, message: MessageId): void {
  setDraft(chat, replying(draftOf(chat), message));
  begun.setState((times) => times + 1);
}

export function beginEdit(chat: ChatId, message: Message): void {
  setDraft(chat, editing(draftOf(chat), message));
  begun.setState((times) => times + 1);
}

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
