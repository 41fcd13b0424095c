import type { ChatId, Message, MessageId, Seq } from "../gen/api";

export type PendingPost = {
  client_id: string;
  content: string;
  reply_to?: MessageId;
  state: "pending" | "failed";
  /** Why it failed, for people. */
  error?: string;
};

/** `key` stays the same when what was pending becomes a message. */
export type Row = { key: string; message: Message } | { key: string; pending: PendingPost };

export type Log = {
  rows: readonly Row[];
  /** Nothing is older (newer) than what is here. */
  atStart: boolean;
  atEnd: boolean;
  loading: "none" | "older" | "newer" | "first";
  /** The first unread message when the room was opened. */
  dividerSeq?: Seq;
  /** Why the last page did not come. Loading again tries again. */
  error?: unknown;
};

export function useLog(_chat: ChatId): Log {
  throw new Error("not yet");
}
export async function loadOlder(_chat: ChatId): Promise<void> {}
export async function loadNewer(_chat: ChatId): Promise<void> {}
/** Shows the log around a place; what is there already is not fetched again. */
export async function openAround(_chat: ChatId, _seq: Seq): Promise<void> {}
export async function jumpToLatest(_chat: ChatId): Promise<void> {}

export function message(_chat: ChatId, _id: MessageId): Message | undefined {
  throw new Error("not yet");
}
export type Quoted = { kind: "loading" } | { kind: "found"; message: Message } | { kind: "gone" };
/** The message that a reply quotes, wherever it is. */
export function useQuoted(_chat: ChatId, _id: MessageId): Quoted {
  throw new Error("not yet");
}

/** Shows it at once and sends it in order; also after a reload or a time without a connection. */
export function post(_chat: ChatId, _content: string, _replyTo?: MessageId): void {}
/** A failed post, once more, at the end of the line. */
export function resend(_clientId: string): void {}
export function discard(_clientId: string): void {}
export async function edit(_chat: ChatId, _id: MessageId, _content: string): Promise<void> {}
export async function remove(_chat: ChatId, _id: MessageId): Promise<void> {}
export async function stop(_chat: ChatId, _id: MessageId): Promise<void> {}
export async function retry(_chat: ChatId, _id: MessageId): Promise<void> {}
/** My last message that I can still edit, where it is in the log. */
export function lastOwn(_chat: ChatId): Message | undefined {
  throw new Error("not yet");
}
