import { lazy, Suspense, useState } from "react";
import type { UsageSum } from "../../gen/api";
import { t } from "../../i18n";
import type { Days, Whose } from "../../queries/usage";
import { Skeleton } from "../../ui/Skeleton";
import { CsvButton } from "./CsvButton";
import { formatDateInFull } from "./calendar";
import { eachDay, totalOf } from "./days";
import { hasPrice, type Measure } from "./measure";
import { Part } from "./Part";
import { Segments } from "./Segments";
import { SumTable } from "./SumTable";

const DayChart = lazy(() => import("./DayChart"));

type ByDayProps = { whose: Whose; days: Days; sums: readonly UsageSum[] };

/** What each day used, as bars and as the same numbers. */
export function ByDay({ whose, days, sums }: ByDayProps) {
  const [chosen, setChosen] = useState<Measure>();
  // Of what has no price there is nothing to draw.
  const measure = chosen ?? (hasPrice(totalOf(sums)) ? "price" : "tokens");
  return (
    <Part
      title={t("usage.by_day")}
      actions={
        <>
          <CsvButton whose={whose} what="day" days={days} label={t("usage.csv_days")} />
          <Segments
            label={t("usage.measure")}
            value={measure}
            onValueChange={setChosen}
            options={(["price", "tokens"] as const).map((value) => ({ value, label: t(`usage.${value}`) }))}
          />
        </>
      }
    >
      <Suspense fallback={<Skeleton className="h-60" />}>
        <DayChart days={eachDay(days, sums)} measure={measure} />
      </Suspense>
      <details className="group mt-3">
        <summary className="w-fit cursor-pointer rounded-sm py-1 text-[13px] text-ink-2 hover:text-ink pointer-coarse:py-3">
          {t("usage.as_table")}
        </summary>
        <div className="mt-2">
          <SumTable
            caption={t("usage.by_day")}
            heading={t("usage.day")}
            rows={sums.map((sum) => ({
              key: sum.day ?? "",
              name: sum.day && formatDateInFull(sum.day),
              sum,
            }))}
          />
        </div>
      </details>
    </Part>
  );
}
