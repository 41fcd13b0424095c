import type { MessageId, MessageStatus, UserId } from "../gen/api";
import type { Frame } from "../wire/socket";
import { onHeard } from "./hearing";
import { whileIn } from "./session";

// Replies that are waited for, and by whom: their last frame does not say it again.
const REMEMBERED = 500;
const asked = new Map<MessageId, UserId>();

export function isWaitedFor(status: MessageStatus): boolean {
  return status === "queued" || status === "streaming";
}

/** Who waits for a reply that this frame settles; undefined for every other frame. What somebody stopped is no news. */
export function settledFor(frame: Frame): UserId | undefined {
  const isEnd =
    (frame.type === "bot_stream" && frame.is_complete) ||
    (frame.type === "message_updated" && !isWaitedFor(frame.status));
  return isEnd && frame.status !== "stopped" ? asked.get(frame.message_id) : undefined;
}

function wait(reply: MessageId, asker: UserId): void {
  asked.delete(reply);
  asked.set(reply, asker);
  const [oldest] = asked.keys();
  if (asked.size > REMEMBERED && oldest !== undefined) asked.delete(oldest);
}

onHeard({
  onFrame: (frame) => {
    if (frame.type === "bot_queue") {
      for (const entry of [...frame.running, ...frame.waiting]) wait(entry.message_id, entry.asked_by);
    } else if ((frame.type === "message" || frame.type === "message_updated") && frame.run) {
      if (isWaitedFor(frame.status)) wait(frame.message_id, frame.run.asked_by);
    }
  },
});

whileIn(() => () => asked.clear());
