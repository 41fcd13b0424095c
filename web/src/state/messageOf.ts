import type { Message, ServerFrame } from "../gen/api";

type MessageFrame = Extract<ServerFrame, { type: "message" | "message_updated" | "message_deleted" }>;

/** The message of a frame, which numbers itself by its change and calls the message's own place `message_seq`. */
export function messageOf(frame: MessageFrame): Message {
  const { type: _, message_id: id, seq, ...body } = frame;
  if (!("message_seq" in body)) return { ...body, id, seq };
  const { message_seq, ...rest } = body;
  return { ...rest, id, seq: message_seq };
}
