import { useId, useState } from "react";
import type { Agent, Visibility } from "../gen/api";
import { t } from "../i18n";
import { changeAgent, makeAgent } from "../queries/library";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Input } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { useFirstWrong } from "../ui/useFirstWrong";
import { useSubmit } from "../ui/useSubmit";
import { InstructionField } from "./InstructionField";
import { ModelFields } from "./ModelFields";
import { type Box, read, textsOf } from "./settings";
import { VisibilityChoice } from "./VisibilityChoice";

type AgentDialogProps = {
  /** Missing where one is made. */
  agent: Agent | undefined;
  onSaved: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Makes an agent, or changes one. */
export default function AgentDialog({ agent, onSaved, open, onOpenChange }: AgentDialogProps) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  const title = agent ? t("agents.change_title", { name: agent.display_name }) : t("agents.make_title");
  return (
    <Dialog
      title={title}
      size="lg"
      open={open}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("shell.cancel")}</Button>
          <Button variant="primary" type="submit" form={form} busy={busy}>
            {agent ? t("agents.save") : t("agents.make_do")}
          </Button>
        </>
      }
    >
      <Form
        key={agent?.id}
        id={form}
        agent={agent}
        onBusy={setBusy}
        onSaved={onSaved}
        onDone={() => onOpenChange(false)}
      />
    </Dialog>
  );
}

/** As the server names them when one of them is wrong. */
const FIELDS = ["username", "display_name", "description", "avatar", "instruction"] as const;

type FormProps = {
  id: string;
  agent: Agent | undefined;
  onBusy: (busy: boolean) => void;
  onSaved: () => void;
  onDone: () => void;
};

function Form({ id, agent, onBusy, onSaved, onDone }: FormProps) {
  const [texts, setTexts] = useState({
    username: agent?.username ?? "",
    display_name: agent?.display_name ?? "",
    description: agent?.description ?? "",
    avatar: agent?.avatar ?? "",
    instruction: agent?.instruction ?? "",
  });
  const [settings, setSettings] = useState(() => textsOf(agent?.settings ?? {}));
  const [visibility, setVisibility] = useState<Visibility>(agent?.visibility ?? "private");
  const [wrongBoxes, setWrongBoxes] = useState<readonly Box[]>([]);

  const toFirstWrong = useFirstWrong();
  const { submit, wrong, problem } = useSubmit(FIELDS, async (form) => {
    const asked = read(settings);
    setWrongBoxes(asked.wrong);
    if (asked.wrong.length > 0) return toFirstWrong(form);
    const { username, display_name, ...rest } = texts;
    const body = {
      ...rest,
      settings: asked.settings,
      visibility,
      ...(display_name.trim() && { display_name: display_name.trim() }),
    };
    onBusy(true);
    try {
      await (agent ? changeAgent(agent.id, body) : makeAgent({ ...body, username: username.trim() }));
    } finally {
      onBusy(false);
    }
    onSaved();
    onDone();
  });
  const box = (field: Exclude<(typeof FIELDS)[number], "instruction">) => ({
    value: texts[field],
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => setTexts({ ...texts, [field]: event.target.value }),
  });

  return (
    <form id={id} noValidate onSubmit={submit} className="grid grid-cols-1 gap-5 pb-1">
      <div className="grid gap-4 sm:grid-cols-2">
        {!agent && (
          <Field label={t("agents.username")} hint={t("agents.username_hint")} error={wrong("username")}>
            <Input {...box("username")} maxLength={32} autoCapitalize="none" spellCheck={false} required />
          </Field>
        )}
        <Field
          label={t("agents.display_name")}
          hint={t("agents.display_name_hint")}
          error={wrong("display_name")}
        >
          <Input {...box("display_name")} maxLength={64} />
        </Field>
        <Field label={t("agents.avatar")} hint={t("agents.avatar_hint")} error={wrong("avatar")}>
          <Input {...box("avatar")} maxLength={16} />
        </Field>
        <Field
          label={t("agents.description")}
          hint={t("agents.description_hint")}
          error={wrong("description")}
          className={agent ? "sm:col-span-2" : ""}
        >
          <Input {...box("description")} maxLength={200} />
        </Field>
      </div>
      <InstructionField
        hint={t("agents.instruction_hint")}
        value={texts.instruction}
        onChange={(instruction) => setTexts((before) => ({ ...before, instruction }))}
        may="set"
        error={wrong("instruction")}
      />
      <section>
        <h3 className="mb-3 font-semibold text-sm">{t("ai.model_part")}</h3>
        <ModelFields
          texts={settings}
          onChange={setSettings}
          wrong={wrongBoxes}
          may="set"
          unset={t("ai.as_server")}
        />
      </section>
      <VisibilityChoice of="visibility" value={visibility} onValueChange={setVisibility} />
      <FormProblem text={problem} />
    </form>
  );
}
