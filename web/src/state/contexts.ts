import type { Message, MessageId } from "../gen/api";
import type { Draft } from "./drafts";

// What a draft answers or edits, begun and ended.

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
