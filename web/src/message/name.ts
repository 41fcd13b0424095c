import type { ChatId, UserId } from "../gen/api";
import { useMember } from "../state/people";

/** What somebody is called now; who is gone keeps the username that stands on their messages. */
export function useName(chat: ChatId, user: UserId, username: string): string {
  return useMember(chat, user)?.display_name ?? username;
}
