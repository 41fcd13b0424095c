import type { QueueEntry } from "../gen/api";
import { mayStop } from "../room/rights";
import type { ChatEntry } from "../state/chats";
import { useQueue } from "../state/people";
import { useMe } from "../state/session";

/** The answer that is being written and that one may stop: one's own first. */
export function useAnswer({ id, kind, my_role }: ChatEntry): QueueEntry | undefined {
  const { running } = useQueue(id);
  const me = useMe();
  const mine = running.find((reply) => reply.asked_by === me.id);
  return mine ?? (mayStop({ kind, role: my_role }, "other") ? running[0] : undefined);
}
