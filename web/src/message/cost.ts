import type { ReplyRun, Usage } from "../gen/api";
import { formatMoney, t } from "../i18n";

/** What a reply cost; undefined where nothing was called for it. What has no known price is not free. */
export function priceOf(
  { cost_microusd, unpriced }: Usage,
  place: "text" | "column" = "text",
): string | undefined {
  if (cost_microusd == null) return unpriced ? t("room.unpriced") : undefined;
  const price = formatMoney(cost_microusd, place);
  return unpriced ? t("room.at_least", { price }) : price;
}

/** Which model wrote a reply, what it took and cost, in one line; undefined where that is not known. */
export function costOf({ usage, model }: ReplyRun): string | undefined {
  const total = usage?.total_tokens;
  if (!usage || total == null) return undefined;
  return [model, t("room.tokens", { count: total }), priceOf(usage)].filter(Boolean).join(" · ");
}
