import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect } from "react";
import type { ChatId } from "../gen/api";
import { type Log, loadNewer, loadOlder } from "../state/log";

/** So many rows before an end of what is in memory the next page is fetched. */
const NEAR = 30;

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** Fetches what comes next before the reader is there. A page that did not come is fetched again only when asked. */
export function usePages(list: List, chat: ChatId, log: Log): void {
  useEffect(() => {
    if (log.loading !== "none" || log.error !== undefined) return;
    const { startIndex, endIndex } = list.range ?? { startIndex: 0, endIndex: 0 };
    if (!log.atStart && startIndex < NEAR) void loadOlder(chat);
    else if (!log.atEnd && list.options.count - endIndex < NEAR) void loadNewer(chat);
  });
}
