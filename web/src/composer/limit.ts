/** How a text stands to the limit of a message. Characters, because nobody counts bytes: as many as its own kind would fill. */
export type Fill = { kind: "roomy" } | { kind: "tight"; left: number } | { kind: "over"; by: number };

/** From here on the room that is left is shown. */
const TIGHT = 0.9;
/** The most bytes that one UTF-16 unit takes in UTF-8. */
const WIDEST = 3;
const encoder = new TextEncoder();

export function fillOf(text: string, limitBytes: number): Fill {
  // Far below the limit nothing is encoded: this runs at every key.
  if (text.length * WIDEST < limitBytes * TIGHT) return { kind: "roomy" };
  const bytes = encoder.encode(text).length;
  const characters = (count: number) => Math.round((count * text.length) / bytes);
  if (bytes > limitBytes) return { kind: "over", by: Math.max(1, characters(bytes - limitBytes)) };
  if (bytes >= limitBytes * TIGHT) return { kind: "tight", left: characters(limitBytes - bytes) };
  return { kind: "roomy" };
}
