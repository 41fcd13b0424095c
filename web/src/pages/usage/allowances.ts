import type { Allowance, Budget, Period, Unit } from "../../gen/api";
import { formatMoney, formatNumber } from "../../i18n";
import { readCount, readMoney, writeMoney } from "./amount";

/** A box of the form: one for each period and unit. */
export type Box = `${Unit}_${Period}`;

/** In the order in which they stand. */
export const boxes: { box: Box; period: Period; unit: Unit }[] = (["day", "month"] as const).flatMap(
  (period) =>
    (["tokens", "microusd"] as const).map((unit) => ({ box: `${unit}_${period}` as const, period, unit })),
);

export type Texts = Record<Box, string>;

/** What was set, as the form shows it; a default is not set, so its box is empty. */
export function textsOf(budgets: readonly Budget[]): Texts {
  return eachBox((period, unit) => {
    const found = budgets.find((budget) => budget.set && budget.period === period && budget.unit === unit);
    if (!found) return "";
    return unit === "tokens" ? String(found.amount) : writeMoney(found.amount);
  });
}

/** What holds where a box is left empty. */
export function defaultsOf(budgets: readonly Budget[]): Texts {
  return eachBox((period, unit) => {
    const found = budgets.find((budget) => !budget.set && budget.period === period && budget.unit === unit);
    if (!found) return "";
    return unit === "tokens" ? formatNumber(found.amount) : formatMoney(found.amount);
  });
}

/** The budgets that the form asks for, or the boxes in which no amount stands. */
export function read(texts: Texts): { allowances: Allowance[]; wrong: Box[] } {
  const allowances: Allowance[] = [];
  const wrong: Box[] = [];
  for (const { box, period, unit } of boxes) {
    if (texts[box].trim() === "") continue;
    const amount = unit === "tokens" ? readCount(texts[box]) : readMoney(texts[box]);
    if (amount === undefined) wrong.push(box);
    else allowances.push({ period, unit, amount });
  }
  return { allowances, wrong };
}

function eachBox(text: (period: Period, unit: Unit) => string): Texts {
  return Object.fromEntries(boxes.map(({ box, period, unit }) => [box, text(period, unit)])) as Texts;
}
