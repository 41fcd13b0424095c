import type { CatchUpLink } from "../gen/api";

/** From so many new messages on it is worth asking what they say. */
const MANY = 20;

export function isWorthAsking(unread: number): boolean {
  return unread >= MANY;
}

/** `[#12]` as a link to that place, where there is such a message; anything else the model wrote stays as it is. */
export function linked(summary: string, links: readonly CatchUpLink[], room: string): string {
  const known = new Set(links.map(({ seq }) => seq));
  return summary.replace(/\[#(\d+)\](?!\()/g, (all, digits: string) =>
    known.has(Number(digits)) ? `[#${digits}](${room}?at=${digits})` : all,
  );
}

/** The place that a link leads to, if it leads into this room. */
export function placeOf(href: string, room: string): number | undefined {
  if (!href.startsWith(`${room}?at=`)) return undefined;
  const seq = Number(href.slice(`${room}?at=`.length));
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
