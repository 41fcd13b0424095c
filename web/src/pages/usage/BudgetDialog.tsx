import { useState } from "react";
import type { Budget } from "../../gen/api";
import { type Key, problemText, t } from "../../i18n";
import { type Bounded, setBudgets, useBudgets } from "../../queries/usage";
import { announce } from "../../state/announce";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field, Input } from "../../ui/Field";
import { FormProblem } from "../../ui/FormProblem";
import { toast } from "../../ui/toast";
import { type Box, boxes, defaultsOf, read, textsOf } from "./allowances";

type BudgetDialogProps = {
  bounded: Exclude<Bounded, { kind: "me" }>;
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

const FORM = "budget-form";

/** Sets what may be used in a day and a month, in tokens and in dollars. */
export default function BudgetDialog({ bounded, title, open, onOpenChange }: BudgetDialogProps) {
  const { data: budgets } = useBudgets(bounded);
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      title={title}
      open={open}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("shell.cancel")}</Button>
          <Button variant="primary" type="submit" form={FORM} busy={busy} disabled={!budgets}>
            {t("usage.save")}
          </Button>
        </>
      }
    >
      <p className="mb-4 text-pretty text-ink-2 text-sm">
        {t("usage.budget_form_text")} {bounded.kind === "room" && t("usage.budget_room_text")}
      </p>
      {budgets && (
        <Form bounded={bounded} budgets={budgets} onBusy={setBusy} onDone={() => onOpenChange(false)} />
      )}
    </Dialog>
  );
}

const labels: Record<Box, Key> = {
  tokens_day: "usage.amount_tokens_day",
  microusd_day: "usage.amount_money_day",
  tokens_month: "usage.amount_tokens_month",
  microusd_month: "usage.amount_money_month",
};

type FormProps = {
  bounded: BudgetDialogProps["bounded"];
  budgets: readonly Budget[];
  onBusy: (busy: boolean) => void;
  onDone: () => void;
};

function Form({ bounded, budgets, onBusy, onDone }: FormProps) {
  const [texts, setTexts] = useState(() => textsOf(budgets));
  const [wrong, setWrong] = useState<readonly Box[]>([]);
  const [problem, setProblem] = useState<string>();
  const defaults = defaultsOf(budgets);

  async function save() {
    const { allowances, wrong } = read(texts);
    setWrong(wrong);
    setProblem(undefined);
    if (wrong.length > 0) return;
    onBusy(true);
    try {
      await setBudgets(bounded, allowances);
      toast(t("usage.saved"));
      announce(t("usage.saved"));
      onDone();
    } catch (cause) {
      setProblem(problemText(cause));
    } finally {
      onBusy(false);
    }
  }

  return (
    <form
      id={FORM}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      className="grid gap-4 sm:grid-cols-2"
    >
      {boxes.map(({ box, unit }) => (
        <Field
          key={box}
          label={t(labels[box])}
          error={wrong.includes(box) ? t("usage.amount_wrong") : undefined}
        >
          <Input
            name={box}
            inputMode={unit === "tokens" ? "numeric" : "decimal"}
            autoComplete="off"
            placeholder={defaults[box] || t("usage.none")}
            value={texts[box]}
            onChange={(event) => setTexts({ ...texts, [box]: event.target.value })}
          />
        </Field>
      ))}
      {problem && (
        <div className="sm:col-span-2">
          <FormProblem text={problem} />
        </div>
      )}
    </form>
  );
}
