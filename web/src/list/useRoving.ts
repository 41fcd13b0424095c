import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from "react";
import type { Entry } from "./entries";

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

/**
 * Arrow keys move between messages. The log is one stop of the Tab key; its rows take the focus from each other.
 * `kept` is told which row has it: that one stays in the page when it is scrolled out of view, or the focus would be
 * lost.
 */
export function useRoving(list: List, entries: readonly Entry[], kept: RefObject<string | undefined>) {
  /** A row that is to have the focus and is not drawn yet. */
  const goal = useRef<string>(undefined);

  function focusGoal() {
    const row = goal.current && list.elementsCache.get(goal.current)?.querySelector("article");
    if (!row) return;
    goal.current = undefined;
    row.focus({ preventScroll: true });
  }
  useLayoutEffect(focusGoal);

  function move(to: number, step: 1 | -1): boolean {
    const entry = entries[to];
    const item = list.measurementsCache[to];
    if (!entry || !item || entry.kind === "intro") return false;
    const tall = item.size > (list.scrollRect?.height ?? 0);
    list.scrollToIndex(to, { align: tall ? (step > 0 ? "start" : "end") : "auto" });
    goal.current = entry.key;
    kept.current = entry.key;
    focusGoal();
    return true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const { key, target, currentTarget } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!(target instanceof HTMLElement)) return;
    const row = target.closest("article");
    if (key === "Escape" && row && row !== target) {
      event.preventDefault();
      row.focus({ preventScroll: true });
    } else if (key === "Escape" && row) {
      event.preventDefault();
      currentTarget.focus({ preventScroll: true });
    } else if ((key === "ArrowUp" || key === "ArrowDown") && (target === currentTarget || target === row)) {
      const step = key === "ArrowUp" ? -1 : 1;
      // A row that goes on beyond the edge is scrolled first, by the browser.
      if (row && reachesBeyond(row, currentTarget, step)) return;
      const { startIndex = 0, endIndex = 0 } = list.range ?? {};
      const from = row ? indexOf(row) + step : step < 0 ? endIndex : startIndex;
      if (move(from, step)) event.preventDefault();
    }
  }

  function onFocus({ target }: { target: EventTarget }) {
    const row = target instanceof Element ? target.closest("[data-index]") : null;
    if (row) kept.current = entries[indexOf(row)]?.key;
  }

  return { onKeyDown, onFocus };
}

function indexOf(row: Element): number {
  return Number(row.closest("[data-index]")?.getAttribute("data-index"));
}

function reachesBeyond(row: Element, scroller: Element, step: 1 | -1): boolean {
  const inner = row.getBoundingClientRect();
  const outer = scroller.getBoundingClientRect();
  return step > 0 ? inner.bottom > outer.bottom + 1 : inner.top < outer.top - 1;
}
