import type { VirtualItem } from "@tanstack/react-virtual";
import type { ChatId, Seq } from "../gen/api";

/** Where somebody was reading in a room when they went to another. */
export type Place = {
  /** The row at the upper edge, and how far above the edge it began. */
  key: string;
  above: number;
  /** Where to fetch it when the log does not hold it any more. */
  seq: Seq;
};

type Left = {
  place?: Place;
  /** What was measured in a window so wide, so that the room has the same height when one comes back. */
  sizes: VirtualItem[];
  width: number;
};

const ROOMS = 20;
const rooms = new Map<ChatId, Left>();

export function leave(chat: ChatId, left: Omit<Left, "width">): void {
  rooms.delete(chat);
  rooms.set(chat, { ...left, width: innerWidth });
  const [oldest] = rooms.keys();
  if (rooms.size > ROOMS && oldest !== undefined) rooms.delete(oldest);
}

export function placeIn(chat: ChatId): Place | undefined {
  return rooms.get(chat)?.place;
}

export function sizesOf(chat: ChatId): VirtualItem[] {
  const left = rooms.get(chat);
  return left?.width === innerWidth ? left.sizes : [];
}
