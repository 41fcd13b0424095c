import type { ChatId, Message, MessageId } from "../gen/api";
import { newClientId } from "../wire/ids";
import { Outbox, type Unsent } from "../wire/outbox";
import type { Frame } from "../wire/socket";
import { socket } from "./connection";
import { setDraft } from "./drafts";
import { stopTyping } from "./people";
import { whileIn } from "./session";

let outbox: Outbox | undefined;
const listeners = new Set<() => void>();

/** Posts that the chat does not show yet, in the order of sending. */
export function unsent(chat: ChatId): Unsent[] {
  return outbox?.of(chat) ?? [];
}

/** Calls when what is unsent may have changed. */
export function onUnsent(hear: () => void): void {
  listeners.add(hear);
}

/** Shows it at once and sends it in order; also after a reload or a time without a connection. */
export function post(chat: ChatId, content: string, replyTo?: MessageId): void {
  const draft = { client_id: newClientId(), chat_id: chat, content };
  outbox?.add(replyTo === undefined ? draft : { ...draft, reply_to: replyTo });
  setDraft(chat, { text: "" });
  stopTyping(chat);
}

/** A failed post, once more, at the end of the line. */
export function resend(clientId: string): void {
  outbox?.resend(clientId);
}

export function discard(clientId: string): void {
  outbox?.discard(clientId);
}

/** A message is there: what was sent for it need not be shown any more. */
export function settle({ client_id }: Pick<Message, "client_id">): void {
  if (client_id) outbox?.settle(client_id);
}

function send({ chat_id, content, client_id, reply_to }: Unsent): Promise<unknown> {
  const command = { type: "message", chat_id, content, client_id } as const;
  return socket.send(reply_to === undefined ? command : { ...command, reply_to });
}

/** After the log has heard it, so that the row changes in one step. */
export function hearPosted(frame: Frame): void {
  if (frame.type === "message") settle(frame);
  // The heartbeat also finds what another tab left behind when it was closed.
  else if (frame.type === "hello" || frame.type === "heads") outbox?.flush();
}

whileIn((me) => {
  outbox = new Outbox(me.id, send, () => {
    for (const hear of listeners) hear();
  });
  return () => {
    outbox?.close();
    outbox = undefined;
  };
});
