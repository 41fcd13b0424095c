// A stand-in until the real one is merged.
import en from "../../locales/en.json";

export function t(key: string, values: Record<string, string | number> = {}): string {
  const found = key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], en);
  return String(found ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
export const problemText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
