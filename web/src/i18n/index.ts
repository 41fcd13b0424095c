export {
  formatAgo,
  formatDay,
  formatFull,
  formatList,
  formatNumber,
  formatShort,
  formatTime,
} from "./format";
export { type Locale, locales, preferredLocale, setLocale, useLocale, withPageTexts } from "./locale";
export { formatMoney } from "./money";
export { fieldText, problemText } from "./problem";
export { systemText } from "./system";
export { type Key, t, type Values } from "./t";
