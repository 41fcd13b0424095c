import type { ReactNode } from "react";
import type { UsageSum } from "../../gen/api";
import { formatNumber, type Key, t } from "../../i18n";
import { cx } from "../../ui/cx";
import { totalOf } from "./days";
import { priceText } from "./measure";

type Row = { key: string; name: ReactNode; sum: UsageSum };

type SumTableProps = {
  caption: string;
  /** What the rows are called. */
  heading: string;
  rows: readonly Row[];
};

type Count = "calls" | "prompt_tokens" | "cached_tokens" | "thought_tokens" | "reply_tokens" | "total_tokens";

/** The counts, and from which width on there is room for each; the file has all of them. */
const counts: { count: Count; title: Key; where: string }[] = [
  { count: "calls", title: "usage.calls", where: "@max-md:hidden" },
  { count: "prompt_tokens", title: "usage.prompt", where: "@max-xl:hidden" },
  { count: "cached_tokens", title: "usage.cached", where: "@max-3xl:hidden" },
  { count: "thought_tokens", title: "usage.thought", where: "@max-xl:hidden" },
  { count: "reply_tokens", title: "usage.reply", where: "@max-xl:hidden" },
  { count: "total_tokens", title: "usage.tokens", where: "" },
];

const number = "py-2 pl-3 text-right tabular-nums";

/** What was used, by whatever it was added up. */
export function SumTable({ caption, heading, rows }: SumTableProps) {
  return (
    <table className="w-full text-[13px]">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="border-line border-b text-ink-2">
          <th scope="col" className="py-2 text-left font-medium">
            {heading}
          </th>
          {counts.map(({ count, title, where }) => (
            <th key={count} scope="col" className={cx(number, "font-medium", where)}>
              {t(title)}
            </th>
          ))}
          <th scope="col" className={cx(number, "font-medium")}>
            {t("usage.price")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, sum }) => (
          <Line key={key} name={name} sum={sum} />
        ))}
      </tbody>
      {rows.length > 1 && (
        <tfoot className="font-semibold">
          <Line name={t("usage.sum")} sum={totalOf(rows.map(({ sum }) => sum))} />
        </tfoot>
      )}
    </table>
  );
}

function Line({ name, sum }: { name: ReactNode; sum: UsageSum }) {
  return (
    <tr className="border-line border-b last:border-b-0">
      <th
        scope="row"
        className="max-w-0 @md:max-w-56 truncate py-2 text-left [font-weight:inherit] @max-md:w-2/5"
      >
        {name}
      </th>
      {counts.map(({ count, where }) => (
        <td key={count} className={cx(number, where)}>
          {formatNumber(sum[count])}
        </td>
      ))}
      <td className={number}>{priceText(sum, "column")}</td>
    </tr>
  );
}
