import { ChartColumn } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "../../i18n";
import { useSums, type Whose } from "../../queries/usage";
import { Empty } from "../../ui/Empty";
import { Skeleton } from "../../ui/Skeleton";
import { Breakdown } from "./Breakdown";
import { ByDay } from "./ByDay";
import { lastDays, totalOf } from "./days";
import { History } from "./History";
import { Range } from "./Range";
import { Totals } from "./Totals";
import { Trouble } from "./Trouble";

const about = {
  mine: "usage.about_mine",
  room: "usage.about_room",
  everybody: "usage.about_everybody",
} as const;

/** What was asked of the model, what it used and cost. `budgets` say how much of it there may be. */
export function Usage({ whose, budgets }: { whose: Whose; budgets: ReactNode }) {
  const [days, setDays] = useState(() => lastDays(30));
  const { data: sums, error, refetch, isPlaceholderData } = useSums(whose, days, "day");
  const isEmpty = sums?.length === 0 && !isPlaceholderData;
  return (
    <div className="@container">
      <p className="max-w-prose text-pretty pb-2 text-ink-2 text-sm">{t(about[whose.kind])}</p>
      {budgets}
      <Range days={days} onChange={setDays} />
      <div aria-busy={isPlaceholderData || (!sums && !error)} className="pt-4">
        {error && !sums && <Trouble error={error} onRetry={refetch} />}
        {!error && !sums && <Waiting />}
        {sums && !isEmpty && (
          <>
            <Totals total={totalOf(sums)} />
            <ByDay whose={whose} days={days} sums={sums} />
            <Breakdown whose={whose} days={days} />
            {/* Other days begin at their first page. */}
            <History key={`${days.from} ${days.to}`} whose={whose} days={days} />
          </>
        )}
      </div>
      {isEmpty && <Empty icon={<ChartColumn />} title={t("usage.nothing")} text={t("usage.nothing_text")} />}
    </div>
  );
}

function Waiting() {
  return (
    <div className="grid gap-6">
      <Skeleton className="h-18" />
      <Skeleton className="h-60" />
    </div>
  );
}
