import { X } from "lucide-react";
import { useRef, useState } from "react";
import { AgentLine } from "../agents/AgentLine";
import { aboutOf } from "../agents/about";
import type { Member } from "../gen/api";
import { problemText, t } from "../i18n";
import { inviteByName, removeMember } from "../queries";
import { useAgents } from "../queries/agents";
import { announce } from "../state/announce";
import type { ChatEntry } from "../state/chats";
import { useMembers } from "../state/people";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import { Skeleton } from "../ui/Skeleton";
import { toast } from "../ui/toast";
import { InviteButton } from "./InviteButton";
import { mayInvite, mayRemove } from "./rights";

/** The agents that are here, and those that one may add. */
export function RoomAgents({ entry }: { entry: ChatEntry }) {
  const { data: known, error } = useAgents();
  const here = useMembers(entry.id).filter((member) => member.is_bot);
  const [adding, setAdding] = useState(false);
  // What is pressed goes with the agent that comes or goes, and must not take the focus along.
  const toggle = useRef<HTMLButtonElement>(null);
  const standing = { kind: entry.kind, role: entry.my_role };
  const found = (id: string) => known?.find((agent) => agent.id === id);
  const others = known?.filter((agent) => !here.some((member) => member.user_id === agent.id));

  async function remove(member: Member) {
    toggle.current?.focus();
    try {
      await removeMember(entry.id, member.user_id);
      announce(t("ai.removed", { name: member.display_name }));
    } catch (cause) {
      toast(problemText(cause));
    }
  }

  async function add(username: string) {
    toggle.current?.focus();
    await inviteByName(entry.id, username);
  }

  return (
    <section>
      <h3 className="font-semibold text-sm">{t("ai.agents_here")}</h3>
      {here.length === 0 && <p className="py-2 text-ink-2 text-sm">{t("ai.agents_none")}</p>}
      <ul>
        {here.map((member) => {
          const { user_id, username, display_name } = member;
          const agent = found(user_id);
          return (
            <AgentLine
              key={user_id}
              agent={{ id: user_id, username, display_name }}
              sign={agent?.avatar}
              about={agent && aboutOf(agent)}
            >
              {mayRemove(standing, member) && (
                <IconButton
                  label={t("ai.remove_name", { name: display_name })}
                  icon={<X />}
                  onClick={() => void remove(member)}
                />
              )}
            </AgentLine>
          );
        })}
      </ul>
      {mayInvite(standing) && (
        <Button
          ref={toggle}
          size="sm"
          aria-expanded={adding}
          onClick={() => setAdding(!adding)}
          className="mt-1"
        >
          {t("ai.add_agent")}
        </Button>
      )}
      {adding && (
        <div className="mt-2 rounded-md border border-line px-3 py-1" aria-busy={!others && !error}>
          {error && <p className="py-2 text-err text-sm">{problemText(error)}</p>}
          {!others && !error && <Skeleton className="my-2 h-12" />}
          {others?.length === 0 && <p className="py-2 text-ink-2 text-sm">{t("ai.agents_all")}</p>}
          <ul>
            {others?.map((agent) => (
              <AgentLine key={agent.id} agent={agent} sign={agent.avatar} about={aboutOf(agent)}>
                <InviteButton user={agent} onInvite={() => add(agent.username)} />
              </AgentLine>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
