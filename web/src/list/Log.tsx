import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import type { ChatId, Seq } from "../gen/api";
import { t } from "../i18n";
import { type Room, RoomContext } from "../message/room";
import { jumpToLatest, type Log as Messages } from "../state/log";
import { useSettings } from "../state/settings";
import { CatchUpPill } from "./CatchUpPill";
import { LowerEdge, UpperEdge } from "./Edges";
import { EntryRow } from "./EntryRow";
import { type Entry, isBeingWritten, lastOfMine, timeOf } from "./entries";
import { estimate } from "./estimate";
import { JumpPill } from "./JumpPill";
import { FloatingDay } from "./lines";
import { sizesOf } from "./places";
import { useArrival } from "./useArrival";
import { useFollow } from "./useFollow";
import { useMentions } from "./useMentions";
import { usePages } from "./usePages";
import { useReading } from "./useReading";
import { useRoving } from "./useRoving";
import { useStopKey } from "./useStopKey";

type LogProps = {
  chat: ChatId;
  at: Seq | undefined;
  log: Messages;
  entries: readonly Entry[];
  me: Room["me"];
  role: Room["role"];
  kind: Room["kind"];
  askDelete: Room["askDelete"];
  intro: ReactNode;
};

/** The messages that are in memory, of which those about the view are in the page. */
export function Log({ chat, at, log, entries, me, role, kind, askDelete, intro }: LogProps) {
  const { density } = useSettings();
  const scroller = useRef<HTMLDivElement>(null);
  const kept = useRef<string>(undefined);
  const list = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: entries.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => entries[index]?.key ?? index, [entries]),
    estimateSize: (index) => estimate(entries[index]),
    initialMeasurementsCache: useMemo(() => sizesOf(chat), [chat]),
    // Begins at the end, where most readers do; the first rows would otherwise be drawn and thrown away.
    initialOffset: () => entries.reduce((height, entry) => height + estimate(entry), 0),
    rangeExtractor: (range) => withRow(range, entries, kept),
    anchorTo: "end",
    scrollEndThreshold: -1,
    overscan: 6,
    paddingStart: log.atStart ? 0 : 56,
    paddingEnd: 16,
    scrollPaddingStart: 72,
    scrollPaddingEnd: 24,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
  });

  const heads = () =>
    entries.flatMap((entry, index) => {
      const item = isBeingWritten(entry) ? list.measurementsCache[index] : undefined;
      return item ? [item.start] : [];
    });
  const { follow, away, intent, setFollow, toEnd } = useFollow(list, scroller, { heads, atEnd: log.atEnd });
  const { flash, show } = useArrival({ chat, at, entries, list, intent, setFollow, toEnd });
  const roving = useRoving(list, entries, kept);
  usePages(list, chat, log);
  useReading(list, chat, entries);
  useStopKey(chat, entries, { me, role });

  // The newest page takes the place of an older one without growing, and so unseen by what follows growth.
  const { atEnd } = log;
  useLayoutEffect(() => {
    if (atEnd && intent.current === "end") toEnd();
  }, [atEnd, intent, toEnd]);

  const jump = useCallback(() => {
    toEnd();
    void jumpToLatest(chat);
  }, [chat, toEnd]);

  // Whoever sends wants to see it, wherever they were reading.
  const last = entries.at(-1);
  const sent = last?.kind === "pending" && last.pending.state === "pending" ? last.key : undefined;
  const seen = useRef(sent);
  useEffect(() => {
    if (sent && sent !== seen.current) toEnd();
    seen.current = sent;
  }, [sent, toEnd]);

  const mentions = useMentions(chat);
  const room = useMemo<Room>(
    () => ({ chat, mentions, me, role, kind, askDelete, show }),
    [chat, mentions, me, role, kind, askDelete, show],
  );
  const mine = useMemo(() => lastOfMine(entries, me), [entries, me]);
  const writing = useMemo(() => entries.some(isBeingWritten), [entries]);
  const top = entries[list.range?.startIndex ?? -1];
  // Following scrolls too, and nobody looks for a date then.
  const day = list.isScrolling && follow === "free" && top ? timeOf(top) : undefined;
  const held = follow === "held" && writing;
  return (
    <RoomContext value={room}>
      <div className="relative min-h-0 flex-1">
        <h2 className="sr-only">{t("room.log")}</h2>
        {day && <FloatingDay at={day} />}
        <div
          ref={scroller}
          role="log"
          aria-live="off"
          aria-label={t("room.log")}
          tabIndex={0}
          data-density={density}
          onKeyDown={roving.onKeyDown}
          onFocus={roving.onFocus}
          // Strictly contained: what changes in here is laid out without the page about it.
          className="group/log h-full overflow-y-auto overflow-x-hidden overscroll-contain -outline-offset-2 [contain:strict] [overflow-anchor:none]"
        >
          <div ref={list.containerRef} className="relative w-full">
            <UpperEdge chat={chat} log={log} />
            {list.getVirtualItems().map(({ index, key }) => {
              const entry = entries[index];
              return (
                entry && (
                  <div
                    key={key}
                    ref={list.measureElement}
                    data-index={index}
                    className="absolute left-0 w-full"
                  >
                    {entry.kind === "intro" ? (
                      intro
                    ) : (
                      <EntryRow entry={entry} flash={flash === entry.key} receipts={mine === entry.key} />
                    )}
                  </div>
                )
              );
            })}
          </div>
        </div>
        <CatchUpPill chat={chat} show={show} back={scroller} />
        <LowerEdge chat={chat} log={log} />
        {(held || !log.atEnd || (follow !== "end" && away)) && (
          <JumpPill chat={chat} writing={held} onJump={jump} />
        )}
      </div>
    </RoomContext>
  );
}

/** The rows about the view, and the one that has the focus. */
function withRow(range: Range, entries: readonly Entry[], kept: RefObject<string | undefined>): number[] {
  const rows = defaultRangeExtractor(range);
  const index = kept.current === undefined ? -1 : entries.findIndex((entry) => entry.key === kept.current);
  return index < 0 || rows.includes(index) ? rows : [...rows, index].sort((a, b) => a - b);
}
