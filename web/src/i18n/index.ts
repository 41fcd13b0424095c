export {
  formatAgo,
  formatDay,
  formatFull,
  formatList,
  formatNumber,
  formatShort,
  formatTime,
} from "./format";
export { type Locale, useLocale } from "./locale";
export { problemText } from "./problem";
export { systemText } from "./system";
export { type Key, t, type Values } from "./t";
