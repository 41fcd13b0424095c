import { Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import type { Prompt } from "../../gen/api";
import { t } from "../../i18n";
import { forgetPrompt, usePrompts } from "../../queries/library";
import { useMe } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { IconButton } from "../../ui/IconButton";
import { Section } from "./Section";
import { tellSaved } from "./saved";

const PromptDialog = lazy(() => import("../../agents/PromptDialog"));

/** The form that is open: of a new prompt, or of one that there is. */
type Editing = { kind: "new" } | { kind: "change"; prompt: Prompt };

/** The instructions that one keeps. */
export function Prompts() {
  const me = useMe().id;
  const { data: prompts = [] } = usePrompts();
  const [editing, setEditing] = useState<Editing>();
  const [open, setOpen] = useState(false);
  const [doomed, setDoomed] = useState<Prompt>();
  const [asking, setAsking] = useState(false);
  const make = useRef<HTMLButtonElement>(null);
  const edit = (what: Editing) => {
    setEditing(what);
    setOpen(true);
  };

  return (
    <Section title={t("agents.prompts")} text={t("agents.prompts_text")}>
      <ul>
        {prompts
          .filter((prompt) => prompt.owner_id === me)
          .map((prompt) => (
            <li key={prompt.id} className="flex min-h-12 items-center gap-3 py-1">
              <span className="min-w-0 flex-1">
                <span className="flex items-baseline gap-1.5">
                  <span className="truncate font-medium text-sm">{prompt.title}</span>
                  {prompt.visibility === "shared" && <Badge>{t("agents.shared_mark")}</Badge>}
                </span>
                <span className="block truncate text-[13px] text-ink-2">{prompt.content}</span>
              </span>
              <IconButton
                label={t("agents.prompt_change_name", { name: prompt.title })}
                icon={<Pencil />}
                onClick={() => edit({ kind: "change", prompt })}
              />
              <IconButton
                label={t("agents.forget_name", { name: prompt.title })}
                icon={<Trash2 />}
                onClick={() => {
                  setDoomed(prompt);
                  setAsking(true);
                }}
              />
            </li>
          ))}
      </ul>
      <Button ref={make} onClick={() => edit({ kind: "new" })}>
        {t("agents.prompt_make")}
      </Button>
      <Suspense>
        {editing && (
          <PromptDialog
            prompt={editing.kind === "change" ? editing.prompt : undefined}
            onSaved={tellSaved}
            open={open}
            onOpenChange={setOpen}
          />
        )}
      </Suspense>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("agents.forget_title", { name: doomed?.title ?? "" })}
        text={t("agents.forget_text")}
        confirm={t("agents.forget")}
        danger
        back={make}
        onConfirm={async () => {
          if (doomed) await forgetPrompt(doomed.id);
        }}
      />
    </Section>
  );
}
