import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect } from "react";
import type { ChatId } from "../gen/api";
import { reportVisible } from "../state/read";
import { type Entry, lastSeq } from "./entries";

/** So much of a row has to be in view. */
const SEEN_PX = 40;

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** Says which the newest message is that stands before the reader's eyes. */
export function useReading(list: List, chat: ChatId, entries: readonly Entry[]): void {
  useEffect(() => {
    const bottom = (list.scrollOffset ?? 0) + (list.scrollRect?.height ?? 0);
    for (let index = list.range?.endIndex ?? -1; index >= 0; index--) {
      const item = list.measurementsCache[index];
      const entry = entries[index];
      const seq = entry && lastSeq(entry);
      if (!item || seq === undefined || item.start + Math.min(item.size, SEEN_PX) > bottom) continue;
      reportVisible(chat, seq);
      return;
    }
  });
}
