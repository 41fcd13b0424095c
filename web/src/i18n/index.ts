export {
  formatAgo,
  formatDay,
  formatFull,
  formatList,
  formatNumber,
  formatShort,
  formatTime,
} from "./format";
export { type Locale, locales, preferredLocale, setLocale, useLocale } from "./locale";
export { fieldText, problemText } from "./problem";
export { systemText } from "./system";
export { type Key, t, type Values } from "./t";
