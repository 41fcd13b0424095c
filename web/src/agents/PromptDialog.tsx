import { useId, useState } from "react";
import type { Prompt, Visibility } from "../gen/api";
import { t } from "../i18n";
import { changePrompt, keepPrompt } from "../queries/library";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Input, Textarea } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { useSubmit } from "../ui/useSubmit";
import { VisibilityChoice } from "./VisibilityChoice";

type PromptDialogProps = {
  /** Missing where one is written. */
  prompt: Prompt | undefined;
  onSaved: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Writes a prompt, or changes one. */
export default function PromptDialog({ prompt, onSaved, open, onOpenChange }: PromptDialogProps) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      title={t(prompt ? "agents.prompt_change_title" : "agents.prompt_make_title")}
      size="lg"
      open={open}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("shell.cancel")}</Button>
          <Button variant="primary" type="submit" form={form} busy={busy}>
            {t("agents.prompt_save")}
          </Button>
        </>
      }
    >
      <Form
        key={prompt?.id}
        id={form}
        prompt={prompt}
        onBusy={setBusy}
        onSaved={() => {
          onSaved();
          onOpenChange(false);
        }}
      />
    </Dialog>
  );
}

type FormProps = {
  id: string;
  prompt: Prompt | undefined;
  onBusy: (busy: boolean) => void;
  onSaved: () => void;
};

function Form({ id, prompt, onBusy, onSaved }: FormProps) {
  const [title, setTitle] = useState(prompt?.title ?? "");
  const [content, setContent] = useState(prompt?.content ?? "");
  const [visibility, setVisibility] = useState<Visibility>(prompt?.visibility ?? "private");
  const { submit, wrong, problem } = useSubmit(["title", "content"], async () => {
    const body = { title: title.trim(), content, visibility };
    onBusy(true);
    try {
      await (prompt ? changePrompt(prompt.id, body) : keepPrompt(body));
    } finally {
      onBusy(false);
    }
    onSaved();
  });
  return (
    <form id={id} noValidate onSubmit={submit} className="grid grid-cols-1 gap-5 pb-1">
      <Field label={t("ai.prompt_title")} error={wrong("title")}>
        <Input
          value={title}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
      </Field>
      <Field label={t("agents.prompt_content")} error={wrong("content")}>
        <Textarea rows={8} value={content} onChange={(event) => setContent(event.target.value)} />
      </Field>
      <VisibilityChoice of="prompt_visibility" value={visibility} onValueChange={setVisibility} />
      <FormProblem text={problem} />
    </form>
  );
}
