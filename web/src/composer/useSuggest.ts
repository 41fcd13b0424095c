import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import type { ChatId } from "../gen/api";
import { usePeople } from "../state/people";
import { useMe } from "../state/session";
import type { Place } from "./commands";
import { composing } from "./keys";
import { replacement, type Suggestion, suggestions, triggerAt, written } from "./suggest";

export type Suggest = {
  listId: string;
  items: readonly Suggestion[];
  active: number;
  optionId: (index: number) => string;
  /** For the box, while the list is open. */
  aria: Record<string, unknown>;
  /** The text and the caret in it, as the box tells them. */
  moved: (text: string, caret: number) => void;
  /** Whether the key was for the list. */
  key: (event: KeyboardEvent) => boolean;
  choose: (suggestion: Suggestion) => void;
  close: () => void;
};

type State = {
  caret: number;
  active: number;
  /** Moved by arrow: only then the ear follows the list, because until then it listens to what is typed. */
  arrowed: boolean;
  /** The place of the sign whose list was closed by Escape. */
  dismissed?: number | undefined;
};

const CLOSED: State = { caret: -1, active: 0, arrowed: false };

/** Suggestions at the caret: commands behind `/`, people behind `@`. `enter` takes a command that needs no more words. */
export function useSuggest(
  chat: ChatId,
  place: Place,
  text: string,
  box: RefObject<HTMLTextAreaElement | null>,
  enter: (text: string) => void,
): Suggest {
  const listId = useId();
  const { members } = usePeople(chat);
  const me = useMe();
  const [state, setState] = useState(CLOSED);

  const trigger = state.caret < 0 ? undefined : triggerAt(text, state.caret);
  const found =
    trigger && trigger.from !== state.dismissed ? suggestions(trigger, place, members, me.id) : [];
  const active = Math.min(state.active, found.length - 1);
  const optionId = (index: number) => `${listId}-${index}`;

  function complete(suggestion: Suggestion) {
    if (!trigger || !box.current) return;
    const { from, to, insert } = replacement(text, state.caret, trigger, suggestion);
    type(box.current, from, to, insert);
  }

  function choose(suggestion: Suggestion) {
    if (suggestion.kind === "command" && !suggestion.command.argument) enter(written(suggestion));
    else complete(suggestion);
  }

  function key(event: KeyboardEvent): boolean {
    const chosen = found[active];
    if (!chosen || composing(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey)
      return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !event.shiftKey) {
      setState({ ...state, arrowed: true, active: (active + step + found.length) % found.length });
    } else if (event.key === "Enter" && !event.shiftKey) {
      choose(chosen);
    } else if (event.key === "Tab" && !event.shiftKey) {
      complete(chosen);
    } else if (event.key === "Escape") {
      setState({ ...state, dismissed: trigger?.from });
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  return {
    listId,
    items: found,
    active,
    optionId,
    aria:
      found.length > 0
        ? {
            "aria-haspopup": "listbox",
            "aria-autocomplete": "list",
            "aria-controls": listId,
            "aria-activedescendant": state.arrowed ? optionId(active) : undefined,
          }
        : {},
    moved: (text, caret) =>
      setState(({ dismissed }) => {
        const still = dismissed !== undefined && triggerAt(text, caret)?.from === dismissed;
        return still ? { ...CLOSED, caret, dismissed } : { ...CLOSED, caret };
      }),
    key,
    choose,
    close: () => setState(CLOSED),
  };
}

/** Types into the box as a hand would, so that the browser's undo knows it. */
function type(box: HTMLTextAreaElement, from: number, to: number, insert: string): void {
  box.focus();
  box.setSelectionRange(from, to);
  // Deprecated, and the only way that keeps the history of undo.
  if (document.execCommand?.("insertText", false, insert)) return;
  box.setRangeText(insert, from, to, "end");
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
