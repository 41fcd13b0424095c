import type { UsageSum } from "../../gen/api";
import { formatMoney, formatNumber, t } from "../../i18n";
import { hasPrice } from "./measure";

/** What all the days used together. */
export function Totals({ total }: { total: UsageSum }) {
  const unpriced = total.unpriced_calls;
  return (
    <>
      <dl className="grid @md:grid-cols-3 gap-px overflow-hidden rounded-md border border-line bg-line">
        <Figure
          title={unpriced > 0 && hasPrice(total) ? t("usage.price_of_known") : t("usage.price")}
          text={hasPrice(total) ? formatMoney(total.cost_microusd) : t("room.unpriced")}
        />
        <Figure title={t("usage.tokens")} text={formatNumber(total.total_tokens)} />
        <Figure title={t("usage.calls")} text={formatNumber(total.calls)} />
      </dl>
      {unpriced > 0 && (
        <p className="mt-2 text-[13px] text-ink-2">{t("usage.unpriced", { count: unpriced })}</p>
      )}
    </>
  );
}

function Figure({ title, text }: { title: string; text: string }) {
  return (
    <div className="flex @max-md:items-baseline justify-between @md:justify-start gap-x-4 bg-surface @md:px-4 px-3.5 @md:py-3 py-2.5 @md:flex-col">
      <dt className="text-[13px] text-ink-2">{title}</dt>
      <dd className="break-all text-right @md:text-left font-display text-xl tabular-nums tracking-tight">
        {text}
      </dd>
    </div>
  );
}
