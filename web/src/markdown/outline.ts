import type { Block } from "./blocks";

/** The room has the page's first heading, the log its second; a message stands below both. */
const TOP = 3;

/**
 * The level of each heading. Models like to begin with `###` and people skip from one to four; an outline that a screen
 * reader walks may have no such holes, so what counts is below which earlier heading one stands.
 */
export function levelsOf(blocks: readonly Block[]): (number | undefined)[] {
  const above: number[] = [];
  return blocks.map(({ token }) => {
    if (token.type !== "heading") return undefined;
    while ((above.at(-1) ?? 0) >= token.depth) above.pop();
    above.push(token.depth);
    return Math.min(6, TOP + above.length - 1);
  });
}
