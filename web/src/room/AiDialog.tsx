import { type FormEvent, useId, useState } from "react";
import { InstructionField } from "../agents/InstructionField";
import { ModelFields } from "../agents/ModelFields";
import { type Box, read, textsOf } from "../agents/settings";
import type { Manners } from "../gen/api";
import { problemText, t } from "../i18n";
import { setAtOnce, setRoomSettings, useLimits, useTurns } from "../queries/roomSettings";
import { announce } from "../state/announce";
import type { ChatEntry } from "../state/chats";
import { useMembers } from "../state/people";
import { Button } from "../ui/Button";
import { BOT } from "../ui/bot";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { Select } from "../ui/Select";
import { toast } from "../ui/toast";
import { useFirstWrong } from "../ui/useFirstWrong";
import { EVERYTHING, Overrides } from "./Overrides";
import { RoomAgents } from "./RoomAgents";
import type { RoomDialogProps } from "./RoomDialogs";
import { mayConfigure } from "./rights";

const MANNERS: readonly Manners[] = ["on_mention", "follow", "always"];

/** How a room is served by its agents: everybody sees it, its owner and admins set it. */
export default function AiDialog({ entry, open, onOpenChange }: RoomDialogProps) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  const may = mayConfigure({ kind: entry.kind, role: entry.my_role }) ? "set" : "look";
  return (
    <Dialog
      title={t("ai.title")}
      size="lg"
      open={open}
      onOpenChange={onOpenChange}
      footer={
        may === "set" && (
          <>
            <Button onClick={() => onOpenChange(false)}>{t("shell.cancel")}</Button>
            <Button variant="primary" type="submit" form={form} busy={busy}>
              {t("ai.save")}
            </Button>
          </>
        )
      }
    >
      <div className="grid grid-cols-1 gap-6 pb-1">
        {may === "look" && <p className="text-ink-2 text-sm">{t("ai.look")}</p>}
        <RoomAgents entry={entry} />
        <Form id={form} entry={entry} may={may} onBusy={setBusy} onDone={() => onOpenChange(false)} />
      </div>
    </Dialog>
  );
}

type FormProps = {
  id: string;
  entry: ChatEntry;
  may: "look" | "set";
  onBusy: (busy: boolean) => void;
  onDone: () => void;
};

function Form({ id, entry, may, onBusy, onDone }: FormProps) {
  const [before] = useState(entry.settings ?? {});
  const [manners, setManners] = useState(before.manners ?? "on_mention");
  const [instruction, setInstruction] = useState(before.instruction ?? "");
  const [chosen, setChosen] = useState(before.default_agent_id ?? "");
  const [texts, setTexts] = useState(() => textsOf(before.model ?? {}));
  const [overrides, setOverrides] = useState(before.overrides ?? EVERYTHING);
  const [wrong, setWrong] = useState<readonly Box[]>([]);
  const [problem, setProblem] = useState<string>();
  const { data: turns } = useTurns(entry.id);
  const [wanted, setWanted] = useState<number>();
  const agents = useMembers(entry.id).filter((member) => member.is_bot);
  // The one that was chosen may have left since; the server would refuse it.
  const first = agents.some((agent) => agent.user_id === chosen) ? chosen : "";

  const bot = agents.find((agent) => agent.username === BOT);
  const toFirstWrong = useFirstWrong();

  async function save(event: FormEvent<Element>) {
    event.preventDefault();
    const form = event.currentTarget;
    const { settings: model, wrong } = read(texts);
    setWrong(wrong);
    setProblem(undefined);
    if (wrong.length > 0) return toFirstWrong(form);
    onBusy(true);
    try {
      await setRoomSettings(entry.id, {
        manners,
        model,
        ...(instruction.trim() && { instruction }),
        ...(first && { default_agent_id: first }),
        ...(Object.values(overrides).includes(false) && { overrides }),
      });
      if (wanted !== undefined && wanted !== turns?.at_once) await setAtOnce(entry.id, wanted);
      toast(t("ai.saved"));
      announce(t("ai.saved"));
      onDone();
    } catch (cause) {
      setProblem(problemText(cause));
      toFirstWrong(form);
    } finally {
      onBusy(false);
    }
  }

  return (
    <form id={id} noValidate onSubmit={(event) => void save(event)} className="grid grid-cols-1 gap-6">
      <section>
        <h3 className="mb-2 font-semibold text-sm">{t("ai.manners")}</h3>
        <Choice
          label={t("ai.manners")}
          value={manners}
          onValueChange={setManners}
          disabled={may === "look"}
          options={MANNERS.map((value) => ({
            value,
            label: t(`ai.manners_${value}`),
            hint: t(`ai.manners_${value}_hint`),
          }))}
        />
      </section>
      <InstructionField
        hint={t("ai.room_instruction_hint")}
        value={instruction}
        onChange={setInstruction}
        may={may}
      />
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field label={t("ai.default_agent")} hint={t("ai.default_agent_hint")}>
          <Select
            value={first}
            onValueChange={setChosen}
            disabled={may === "look"}
            options={[
              {
                value: "",
                label: bot ? t("ai.nobody_chosen_but", { name: bot.display_name }) : t("ai.nobody_chosen"),
              },
              ...agents.map(({ user_id, display_name }) => ({
                value: user_id as string,
                label: display_name,
              })),
            ]}
          />
        </Field>
        {turns && <AtOnce value={wanted ?? turns.at_once} onChange={setWanted} may={may} />}
      </div>
      <section>
        <h3 className="font-semibold text-sm">{t("ai.model_part")}</h3>
        <p className="mt-1 mb-3 text-[13px] text-ink-2">{t("ai.model_part_room")}</p>
        <ModelFields texts={texts} onChange={setTexts} wrong={wrong} may={may} unset={t("ai.as_agent")} />
      </section>
      <Overrides value={overrides} onChange={setOverrides} may={may} />
      <FormProblem text={problem} />
    </form>
  );
}

type AtOnceProps = { value: number; onChange: (value: number) => void; may: "look" | "set" };

/** How many replies are written at the same time. */
function AtOnce({ value, onChange, may }: AtOnceProps) {
  const { data: limits } = useLimits();
  const most = Math.max(value, limits?.replies_per_room ?? 1);
  return (
    <Field label={t("ai.at_once")} hint={t("ai.at_once_hint")}>
      <Select
        value={String(value)}
        onValueChange={(text) => onChange(Number(text))}
        disabled={may === "look"}
        options={Array.from({ length: most }, (_, index) => String(index + 1)).map((text) => ({
          value: text,
          label: text,
        }))}
      />
    </Field>
  );
}
