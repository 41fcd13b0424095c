import { Trash2 } from "lucide-react";
import type { Prompt } from "../../gen/api";
import { problemText, t } from "../../i18n";
import { forgetPrompt, usePrompts } from "../../queries/library";
import { announce } from "../../state/announce";
import { useMe } from "../../state/session";
import { IconButton } from "../../ui/IconButton";
import { toast } from "../../ui/toast";
import { Section } from "./Section";

/** The instructions that one keeps; they are written where one is needed. */
export function Prompts() {
  const me = useMe().id;
  const { data: prompts = [] } = usePrompts();
  const own = prompts.filter((prompt) => prompt.owner_id === me);
  if (own.length === 0) return null;
  return (
    <Section title={t("agents.prompts")} text={t("agents.prompts_text")}>
      <ul>
        {own.map((prompt) => (
          <li key={prompt.id} className="flex min-h-12 items-center gap-3 py-1">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-sm">{prompt.title}</span>
              <span className="block truncate text-[13px] text-ink-2">{prompt.content}</span>
            </span>
            <IconButton
              label={t("agents.forget_name", { name: prompt.title })}
              icon={<Trash2 />}
              onClick={() => void forget(prompt)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

async function forget({ id, title }: Prompt): Promise<void> {
  try {
    await forgetPrompt(id);
    announce(t("agents.forgotten", { name: title }));
  } catch (cause) {
    toast(problemText(cause));
  }
}
