import { lazy, Suspense, useState } from "react";
import type { Budget } from "../../gen/api";
import { formatAgo, formatFull, formatMoney, type Key, t } from "../../i18n";
import { type Bounded, useBudgets } from "../../queries/usage";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Skeleton } from "../../ui/Skeleton";
import { Part } from "./Part";
import { Trouble } from "./Trouble";

const BudgetDialog = lazy(() => import("./BudgetDialog"));

const about: Record<Bounded["kind"], Key> = {
  me: "usage.budgets_mine",
  person: "usage.budgets_mine",
  room: "usage.budgets_room",
  server: "usage.budgets_server",
};

type BudgetsProps = { bounded: Bounded; may: "look" | "set" };

/** What bounds the use of the model, how much of it is left, and a way to set it for whoever may. */
export function Budgets({ bounded, may }: BudgetsProps) {
  const { data: budgets, error, refetch } = useBudgets(bounded);
  const [dialog, setDialog] = useState<"never" | "open" | "closed">("never");
  return (
    <Part
      title={t("usage.budgets")}
      text={t(about[bounded.kind])}
      actions={
        may === "set" && (
          <Button size="sm" onClick={() => setDialog("open")}>
            {t("usage.budget_set")}
          </Button>
        )
      }
    >
      {error && !budgets && <Trouble error={error} onRetry={refetch} />}
      {!error && !budgets && <Skeleton className="h-14" />}
      {budgets?.length === 0 && <p className="text-ink-2 text-sm">{t("usage.budgets_none")}</p>}
      {budgets && budgets.length > 0 && (
        <ul className="grid @xl:grid-cols-2 gap-3">
          {budgets.map((budget) => (
            <Gauge key={`${budget.period} ${budget.unit}`} budget={budget} />
          ))}
        </ul>
      )}
      {dialog !== "never" && bounded.kind !== "me" && (
        <Suspense>
          <BudgetDialog
            bounded={bounded}
            title={t("usage.budget_set")}
            open={dialog === "open"}
            onOpenChange={(open) => setDialog(open ? "open" : "closed")}
          />
        </Suspense>
      )}
    </Part>
  );
}

/** From so much of a budget on it is nearly used. */
const NEARLY = 0.8;

function Gauge({ budget }: { budget: Budget }) {
  const { period, unit, amount, spent, renews_at } = budget;
  const left = Math.max(0, amount - spent);
  const share = amount === 0 ? 1 : Math.min(1, spent / amount);
  const text =
    unit === "tokens"
      ? t("usage.budget_left_tokens", { left, amount })
      : t("usage.budget_left_money", { left: formatMoney(left), amount: formatMoney(amount) });
  const span = t(`usage.budget_${period}`);
  return (
    <li className="rounded-md border border-line bg-surface px-3.5 py-3">
      <p className="flex flex-wrap justify-between gap-x-3 text-sm">
        <strong className="font-medium">{span}</strong>
        <span className="tabular-nums">{text}</span>
      </p>
      <meter className="sr-only" aria-label={span} min={0} max={1} value={share} aria-valuetext={text} />
      <div aria-hidden="true" className="my-2 h-2 overflow-hidden rounded-full bg-hover forced-colors:border">
        <div
          style={{ width: `${share * 100}%` }}
          className={cx(
            "h-full rounded-full forced-colors:bg-[CanvasText]",
            share >= 1 ? "bg-err" : share >= NEARLY ? "bg-warn" : "bg-accent",
          )}
        />
      </div>
      <p className="flex flex-wrap justify-between gap-x-3 text-[13px] text-ink-2">
        <time dateTime={renews_at} title={formatFull(renews_at)}>
          {t("usage.budget_renews", { when: formatAgo(renews_at) })}
        </time>
        {!budget.set && <span>{t("usage.budget_default")}</span>}
      </p>
    </li>
  );
}
