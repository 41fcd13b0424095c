import type { UsageSum } from "../../gen/api";
import { formatMoney, formatNumber, t } from "../../i18n";

/** What a bar can stand for. */
export type Measure = "price" | "tokens";

type Priced = Pick<UsageSum, "calls" | "unpriced_calls" | "cost_microusd">;

/** Where no call has a price there is no sum of prices, not even 0. */
export function hasPrice({ calls, unpriced_calls }: Priced): boolean {
  return unpriced_calls < calls || calls === 0;
}

/** The price of what was added up. What has none is told, and never as 0. */
export function priceText(sum: Priced, place: "text" | "column" = "text"): string {
  if (!hasPrice(sum)) return t("room.unpriced");
  const price = formatMoney(sum.cost_microusd, place);
  return sum.unpriced_calls > 0 ? t("room.at_least", { price }) : price;
}

export function amountOf(sum: UsageSum, measure: Measure): number {
  return measure === "price" ? sum.cost_microusd : sum.total_tokens;
}

export function amountText(amount: number, measure: Measure): string {
  return measure === "price" ? formatMoney(amount) : formatNumber(amount);
}
