import { regional } from "./locale";

const DOLLAR = 1_000_000;
const DIGITS = 6;

/**
 * Millionths of a dollar as dollars, to the last one: $0.00, $1.50, $0.001234. The digits go to the formatter as
 * text: as a fraction they would not be exact, and the sums of a table would not be those of its rows.
 * In a column all have the same number of digits, so that the eye can compare them.
 */
export function formatMoney(microusd: number, place: "text" | "column" = "text"): string {
  const part = Math.abs(microusd) % DOLLAR;
  const whole = (Math.abs(microusd) - part) / DOLLAR;
  const text = `${microusd < 0 ? "-" : ""}${whole}.${String(part).padStart(DIGITS, "0")}`;
  return new Intl.NumberFormat(regional(), {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: place === "column" ? DIGITS : 2,
    maximumFractionDigits: DIGITS,
  }).format(text as Intl.StringNumericLiteral);
}
