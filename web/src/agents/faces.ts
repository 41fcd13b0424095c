import type { Agent, ChatId, UserId } from "../gen/api";
import { useAgents } from "../queries/agents";
import { useMembers } from "../state/people";
import { BOT } from "../ui/bot";

/**
 * What is known of a room's agents; of somebody else's private one it is only its name. Where nobody but the bot is
 * there, nothing is asked for: its sign comes with the page.
 */
export function useAgentsOf(chat: ChatId): (user: UserId) => Agent | undefined {
  const several = useMembers(chat).some((member) => member.is_bot && member.username !== BOT);
  const { data } = useAgents({ enabled: several });
  return (user) => data?.find((agent) => agent.id === user);
}

export function useSign(chat: ChatId, user: UserId): string | undefined {
  return useAgentsOf(chat)(user)?.avatar ?? undefined;
}
