import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { openAround } from "../state/log";
import { toast } from "../ui/toast";
import { type Entry, indexOfSeq, lastSeq } from "./entries";
import { leave, type Place, placeIn } from "./places";
import type { Follow } from "./useFollow";

const FLASH_MS = 2000;

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

type Arrival = {
  chat: ChatId;
  /** The message that the page's address names. */
  at: Seq | undefined;
  entries: readonly Entry[];
  list: List;
  intent: { readonly current: Follow };
  setFollow: (follow: Follow) => void;
  toEnd: () => void;
};

/** A place to go to as soon as the log holds it. */
type Wanted = { seq: Seq; place?: Place };

/**
 * Where the reader comes in: at the message that the address names, where they were when they left, at the first
 * unread message, or at the end. And how they get to a message that they ask for later.
 */
export function useArrival({ chat, at, entries, list, intent, setFollow, toEnd }: Arrival) {
  const [flash, setFlash] = useState<string>();
  const wanted = useRef<Wanted>(undefined);
  const latest = useRef(entries);
  latest.current = entries;

  const land = useCallback(() => {
    const target = wanted.current;
    const index = target ? indexOfTarget(latest.current, target) : -1;
    if (!target || index < 0) return;
    wanted.current = undefined;
    setFollow("free");
    const item = list.measurementsCache[index];
    if (target.place && item) list.scrollToOffset(item.start + target.place.above);
    else list.scrollToIndex(index, { align: "start" });
    if (!target.place) setFlash(latest.current[index]?.key);
  }, [list, setFollow]);

  const go = useCallback(
    (target: Wanted) => {
      wanted.current = target;
      setFollow("going");
      land();
      if (!wanted.current) return;
      const forget = () => {
        if (wanted.current !== target) return;
        wanted.current = undefined;
        setFollow("free");
        toast(t("room.not_shown"));
      };
      // What came is drawn by then. What is still not there must not draw the reader away later.
      void openAround(chat, target.seq).then(() => setTimeout(forget));
    },
    [chat, land, setFollow],
  );
  const show = useCallback((seq: Seq) => go({ seq }), [go]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: lands when the log has changed
  useLayoutEffect(land, [entries]);

  const arrived = useRef<Seq | "somewhere">(undefined);
  useLayoutEffect(() => {
    if (at !== undefined ? arrived.current === at : arrived.current) return;
    arrived.current = at ?? "somewhere";
    if (at !== undefined) return show(at);
    const place = placeIn(chat);
    if (place) return go({ seq: place.seq, place });
    const unread = latest.current.findIndex((entry) => entry.unread);
    const item = list.measurementsCache[unread];
    const fits = item && list.getTotalSize() - item.start <= (list.scrollRect?.height ?? 0);
    if (!item || fits) return toEnd();
    setFollow("free");
    list.scrollToIndex(unread, { align: "start" });
  }, [at, chat, go, list, setFollow, show, toEnd]);

  useLayoutEffect(
    () => () => {
      const item = list.getVirtualItemForOffset(list.scrollOffset ?? 0);
      const entry = item && latest.current[item.index];
      const seq = entry && lastSeq(entry);
      const reading = intent.current !== "end" && item && entry && seq !== undefined;
      leave(chat, {
        ...(reading && { place: { key: entry.key, above: (list.scrollOffset ?? 0) - item.start, seq } }),
        sizes: list.takeSnapshot(),
      });
    },
    [chat, intent, list],
  );

  useEffect(() => {
    if (flash === undefined) return;
    const timer = setTimeout(() => setFlash(undefined), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);

  return { flash, show };
}

/** -1 where the log does not reach that far. */
function indexOfTarget(entries: readonly Entry[], { seq, place }: Wanted): number {
  const index = place ? entries.findIndex((entry) => entry.key === place.key) : -1;
  if (index >= 0) return index;
  const first = entries.find((entry) => lastSeq(entry) !== undefined);
  const reaches = entries[0]?.kind === "intro" || (first && (lastSeq(first) ?? 0) <= seq);
  return reaches ? indexOfSeq(entries, seq) : -1;
}
