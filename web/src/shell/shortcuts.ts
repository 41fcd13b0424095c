import { t } from "../i18n";

export type Shortcut = "palette" | "shortcuts" | "next" | "previous" | "next-unread" | "previous-unread";

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing">;

/** What a key means anywhere in the app. `typing`: the focus is where text is written. */
export function shortcutOf(press: Press, typing: boolean): Shortcut | undefined {
  if (press.isComposing) return undefined;
  const command = press.ctrlKey || press.metaKey;
  if (command && !press.altKey && !press.shiftKey && press.key.toLowerCase() === "k") return "palette";
  // On many keyboards the slash needs Shift.
  if (command && !press.altKey && press.key === "/") return "shortcuts";
  if (!command && press.altKey && press.key === "ArrowDown") return press.shiftKey ? "next-unread" : "next";
  if (!command && press.altKey && press.key === "ArrowUp")
    return press.shiftKey ? "previous-unread" : "previous";
  if (!command && !press.altKey && press.key === "?" && !typing) return "shortcuts";
  return undefined;
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

const onMac = /Mac|iP(hone|ad)/.test(navigator.userAgent);

/** As the keys are printed here. */
export function commandKey(): string {
  return onMac ? "⌘" : t("shortcuts.ctrl");
}
export const altKey = onMac ? "⌥" : "Alt";

/** The command key as events call it. */
export const commandKeyName = onMac ? "Meta" : "Control";
