import { regional } from "../../i18n/locale";

const DOLLAR = 1_000_000;
const DIGITS = 6;

/** What the reader puts between thousands, and before a fraction. */
function marks(): { group: string; decimal: string } {
  const parts = new Intl.NumberFormat(regional(), { useGrouping: "always" }).formatToParts(1234.5);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { group: of("group"), decimal: of("decimal") };
}

/**
 * The digits before and after the mark, of a number as the reader writes it. Thousands count only where they are
 * whole: in German `1.50` is no number, and certainly not a hundred and fifty.
 */
function digitsOf(text: string): [string, string] | undefined {
  const { group, decimal } = marks();
  const [whole = "", part = "", ...more] = alike(text.trim()).split(decimal);
  const thousands = whole.split(alike(group));
  const isGrouped = thousands.length === 1 || thousands.every((one, at) => at === 0 || one.length === 3);
  const digits = thousands.join("");
  if (!isGrouped || more.length > 0 || !/^\d+$/.test(digits) || !/^\d*$/.test(part)) return undefined;
  return [digits, part];
}

/** Keyboards have one space and one apostrophe; typesetters have more. */
function alike(text: string): string {
  return text.replace(/\s/g, " ").replace(/’/g, "'");
}

/** A whole number that somebody wrote. */
export function readCount(text: string): number | undefined {
  const [whole, part] = digitsOf(text) ?? [];
  const count = part === "" ? Number(whole) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Dollars that somebody wrote, in millionths. By digits: a fraction would not be exact. */
export function readMoney(text: string): number | undefined {
  const [whole, part = ""] = digitsOf(text.replace(/^\s*\$|\$\s*$/g, "")) ?? [];
  if (whole === undefined || part.length > DIGITS) return undefined;
  const microusd = Number(whole) * DOLLAR + Number(part.padEnd(DIGITS, "0"));
  return Number.isSafeInteger(microusd) ? microusd : undefined;
}

/** What `readMoney` reads. */
export function writeMoney(microusd: number): string {
  const part = microusd % DOLLAR;
  const rest = String(part).padStart(DIGITS, "0").replace(/0+$/, "");
  return `${(microusd - part) / DOLLAR}${rest && marks().decimal + rest}`;
}
