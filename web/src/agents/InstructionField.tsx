import { useState } from "react";
import { problemText, t } from "../i18n";
import { keepPrompt, usePrompts } from "../queries/library";
import { announce } from "../state/announce";
import { Button } from "../ui/Button";
import { Field, Input, Textarea } from "../ui/Field";
import { Select } from "../ui/Select";

type InstructionFieldProps = {
  hint: string;
  value: string;
  onChange: (value: string) => void;
  may: "look" | "set";
  error?: string | undefined;
};

/** What an agent is told, written here or taken from the prompts that people keep. */
export function InstructionField({ hint, value, onChange, may, error }: InstructionFieldProps) {
  const { data: prompts = [] } = usePrompts();
  return (
    <div className="grid gap-2">
      <Field label={t("ai.instruction")} hint={hint} error={error}>
        <Textarea
          rows={5}
          value={value}
          readOnly={may === "look"}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      {may === "set" && (
        <div className="flex flex-wrap items-start gap-2">
          {prompts.length > 0 && (
            <Select
              label={t("ai.from_prompts")}
              value=""
              onValueChange={(id) => onChange(prompts.find((prompt) => prompt.id === id)?.content ?? value)}
              options={[
                { value: "", label: t("ai.from_prompts") },
                ...prompts.map(({ id, title }) => ({ value: id as string, label: title })),
              ]}
            />
          )}
          <Keep content={value} />
        </div>
      )}
    </div>
  );
}

const focus = (element: HTMLElement | null) => element?.focus();

/** No form of its own: it stands in one. */
function Keep({ content }: { content: string }) {
  const [title, setTitle] = useState<string>();
  const [isBack, setBack] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function keep() {
    if (!title?.trim()) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await keepPrompt({ title: title.trim(), content });
      announce(t("ai.kept"));
      setTitle(undefined);
      setBack(true);
    } catch (cause) {
      setProblem(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  if (title === undefined) {
    return (
      <Button
        ref={isBack ? focus : undefined}
        variant="quiet"
        disabled={content.trim() === ""}
        onClick={() => setTitle("")}
      >
        {t("ai.keep")}
      </Button>
    );
  }
  return (
    <div className="flex min-w-0 flex-wrap items-end gap-2">
      <Field label={t("ai.prompt_title")} error={problem}>
        <Input
          ref={focus}
          value={title}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void keep();
          }}
        />
      </Field>
      <Button busy={busy} onClick={() => void keep()}>
        {t("ai.keep_do")}
      </Button>
    </div>
  );
}
