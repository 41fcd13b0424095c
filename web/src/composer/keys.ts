import type { Settings } from "../state/settings";

export type Press = Pick<
  KeyboardEvent,
  "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "keyCode"
>;

/** What the box does by itself is `undefined`. */
export type Intent = "send" | "edit_last" | "leave_context" | undefined;

export type Situation = {
  enter: Settings["enter"];
  /** A device without a keyboard of its own: it has no Shift to break a line with. */
  touch: boolean;
  empty: boolean;
  /** A reply or an edit is under way. */
  context: boolean;
};

/**
 * While an input method composes, its keys choose candidates and must do nothing else. Safari ends the composition
 * before the key that ended it arrives, and then only the code 229 tells.
 */
export function composing(press: Press): boolean {
  return press.isComposing || press.keyCode === 229;
}

export function intentOf(press: Press, situation: Situation): Intent {
  if (composing(press)) return undefined;
  const plain = !press.shiftKey && !press.ctrlKey && !press.metaKey && !press.altKey;
  switch (press.key) {
    case "Enter": {
      if (press.ctrlKey || press.metaKey) return "send";
      return plain && situation.enter === "send" && !situation.touch ? "send" : undefined;
    }
    case "ArrowUp":
      return plain && situation.empty && !situation.context ? "edit_last" : undefined;
    case "Escape":
      return plain && situation.context ? "leave_context" : undefined;
    default:
      return undefined;
  }
}
