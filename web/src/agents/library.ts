import type { Agent, Me, UserId } from "../gen/api";
import { BOT } from "../ui/bot";

/** Whose an agent is. */
export type Group = "mine" | "shared" | "built_in";

export function groupOf(agent: Agent, me: UserId): Group {
  if (agent.created_by == null) return "built_in";
  return agent.created_by === me ? "mine" : "shared";
}

/** One's own first, also where there are none yet: there one begins. */
export function groupsOf(agents: readonly Agent[], me: UserId): { group: Group; agents: Agent[] }[] {
  return (["mine", "shared", "built_in"] as const)
    .map((group) => ({ group, agents: agents.filter((agent) => groupOf(agent, me) === group) }))
    .filter(({ group, agents }) => group === "mine" || agents.length > 0);
}

/** The server decides once more; this only keeps the impossible out of sight. */
export function mayChange(agent: Agent, { id, role }: Pick<Me, "id" | "role">): boolean {
  return agent.created_by === id || (agent.visibility === "shared" && role === "admin");
}

export function mayDelete(agent: Agent, me: Pick<Me, "id" | "role">): boolean {
  return agent.username !== BOT && mayChange(agent, me);
}
