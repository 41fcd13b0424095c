import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/**
 * What the reader wants, not where the scrollbar happens to be.
 * `end`: the newest. `held`: an answer from its head on, which has reached the upper edge. `going`: a message that is
 * being fetched. `free`: something else.
 */
export type Follow = "end" | "held" | "going" | "free";

/** A move within this time after the reader's own hand is the reader's; any other is a layout that shifted. */
const HAND_MS = 400;
const AT_END_PX = 8;
/** So far from the end the way back is offered. */
const AWAY_PX = 240;

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

/**
 * Keeps the newest in view for as long as the reader wants that. Only a move up by the reader's own wheel, finger, key
 * or scrollbar ends it: a keyboard that opens, a phone that turns or an answer that comes fast does not.
 *
 * `room.heads` says where the answers begin that are being written. One whose head reaches the upper edge is held
 * there, for nobody reads at its end; whoever goes on to the end has chosen to follow it.
 *
 * The virtualiser follows on its own too, but knows no heads; it is switched off by a threshold that nothing meets.
 */
export function useFollow(
  list: List,
  scroller: RefObject<HTMLDivElement | null>,
  room: { heads: () => readonly number[]; atEnd: boolean },
) {
  const [follow, draw] = useState<Follow>("end");
  const [away, setAway] = useState(false);
  const intent = useRef<Follow>("end");
  const latest = useRef(room);
  latest.current = room;

  const setFollow = useCallback((next: Follow) => {
    intent.current = next;
    draw(next);
  }, []);

  /** Not by the virtualiser's own `scrollToEnd`, which goes on following for a while and would pass a head. */
  const toEnd = useCallback(() => {
    setFollow("end");
    list.scrollToOffset(Number.MAX_SAFE_INTEGER);
  }, [list, setFollow]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    let top = element.scrollTop;
    let touched = Number.NEGATIVE_INFINITY;
    const end = () => element.scrollHeight - element.clientHeight;
    const onHand = () => {
      touched = performance.now();
    };
    const onScroll = () => {
      const moved = element.scrollTop - top;
      const gap = end() - element.scrollTop;
      const byHand = performance.now() - touched < HAND_MS;
      top = element.scrollTop;
      setAway(gap > AWAY_PX);
      if (Math.abs(moved) <= 1 || (intent.current === "going" && !byHand)) return;
      // The end of what is in memory is not the newest while newer pages are to be fetched.
      if (gap <= AT_END_PX && latest.current.atEnd) setFollow("end");
      else if (moved < 0 && byHand) setFollow("free");
    };
    const onGrown = () => {
      // The reader's own scrolling draws rows that are measured before we hear of the scrolling.
      onScroll();
      if (intent.current !== "end" || !latest.current.atEnd || end() - top <= 1) return;
      const head = latest.current.heads().find((offset) => offset >= top - 1);
      list.scrollToOffset(Math.min(head ?? Number.POSITIVE_INFINITY, end()));
      if (head !== undefined && head < end()) setFollow("held");
      top = element.scrollTop;
      setAway(end() - top > AWAY_PX);
    };
    const hands = ["wheel", "touchmove", "pointerdown", "keydown"] as const;
    for (const hand of hands) element.addEventListener(hand, onHand, { passive: true });
    element.addEventListener("scroll", onScroll, { passive: true });
    const resized = new ResizeObserver(onGrown);
    resized.observe(element);
    // The virtualiser writes the content's height when it has measured the rows. A resize of what contains the measured
    // is not told before the next frame: the new line would be drawn below the edge first, and every chunk drawn twice.
    const grown = new MutationObserver(onGrown);
    grown.observe(content, { attributeFilter: ["style"] });
    return () => {
      for (const hand of hands) element.removeEventListener(hand, onHand);
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
      grown.disconnect();
    };
  }, [list, scroller, setFollow]);

  return { follow, away, intent, setFollow, toEnd };
}
