import { Bot, Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { AgentLine } from "../../agents/AgentLine";
import { aboutOf } from "../../agents/about";
import { type Group, groupsOf, mayChange, mayDelete } from "../../agents/library";
import type { Agent } from "../../gen/api";
import { type Key, problemText, t } from "../../i18n";
import { useAgents } from "../../queries/agents";
import { deleteAgent } from "../../queries/library";
import { useMe } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FormProblem } from "../../ui/FormProblem";
import { IconButton } from "../../ui/IconButton";
import { Skeleton } from "../../ui/Skeleton";
import { Prompts } from "./Prompts";
import { Section } from "./Section";
import { tellSaved } from "./saved";

const AgentDialog = lazy(() => import("../../agents/AgentDialog"));

const titles: Record<Group, { title: Key; text: Key }> = {
  mine: { title: "agents.mine", text: "agents.mine_text" },
  shared: { title: "agents.shared", text: "agents.shared_text" },
  built_in: { title: "agents.built_in", text: "agents.built_in_text" },
};

/** The form that is open: of a new agent, or of one that there is. */
type Editing = { kind: "new" } | { kind: "change"; agent: Agent };

/** The agents that one finds, and those that one makes. */
export default function Agents() {
  const me = useMe();
  const { data: agents, error, refetch } = useAgents();
  const [editing, setEditing] = useState<Editing>();
  const [open, setOpen] = useState(false);
  const [doomed, setDoomed] = useState<Agent>();
  const [asking, setAsking] = useState(false);
  const make = useRef<HTMLButtonElement>(null);
  const edit = (what: Editing) => {
    setEditing(what);
    setOpen(true);
  };

  if (error && !agents) {
    return (
      <div className="grid justify-items-start gap-3 py-3">
        <FormProblem text={problemText(error)} />
        <Button onClick={() => void refetch()}>{t("auth.try_again")}</Button>
      </div>
    );
  }
  if (!agents) {
    return (
      <div aria-busy="true" className="grid gap-3 py-3">
        <Skeleton className="h-14" />
        <Skeleton className="h-14" />
      </div>
    );
  }
  return (
    <>
      {groupsOf(agents, me.id).map(({ group, agents }) => (
        <Section key={group} title={t(titles[group].title)} text={t(titles[group].text)}>
          <ul>
            {agents.map((agent) => (
              <AgentLine
                key={agent.id}
                agent={agent}
                sign={agent.avatar}
                about={aboutOf(agent)}
                mark={agent.visibility === "private" && <Badge>{t("agents.private")}</Badge>}
              >
                {mayChange(agent, me) && (
                  <IconButton
                    label={t("agents.change_name", { name: agent.display_name })}
                    icon={<Pencil />}
                    onClick={() => edit({ kind: "change", agent })}
                  />
                )}
                {mayDelete(agent, me) && (
                  <IconButton
                    label={t("agents.delete_name", { name: agent.display_name })}
                    icon={<Trash2 />}
                    onClick={() => {
                      setDoomed(agent);
                      setAsking(true);
                    }}
                  />
                )}
              </AgentLine>
            ))}
          </ul>
          {group === "mine" && (
            <Button ref={make} variant="primary" className="mt-2" onClick={() => edit({ kind: "new" })}>
              <Bot className="size-4" aria-hidden="true" />
              {t("agents.make")}
            </Button>
          )}
        </Section>
      ))}
      <Prompts />
      <Suspense>
        {editing && (
          <AgentDialog
            agent={editing.kind === "change" ? editing.agent : undefined}
            onSaved={tellSaved}
            open={open}
            onOpenChange={setOpen}
          />
        )}
      </Suspense>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("agents.delete_title", { name: doomed?.display_name ?? "" })}
        text={t("agents.delete_text", { username: doomed?.username ?? "" })}
        confirm={t("agents.delete")}
        danger
        back={make}
        onConfirm={async () => {
          if (doomed) await deleteAgent(doomed.id);
        }}
      />
    </>
  );
}
