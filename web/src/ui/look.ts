import type { CSSProperties } from "react";

const HUES = 11;
const LOOKS = 2 * HUES;
/** So far on that the next look is another at first sight. Without a divisor in common, so that it comes by all of them. */
const STEP = 5;

/** The look that belongs to an id: a number below `LOOKS`, which stands for a hue, pale or deep. */
export function lookOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  // The ids of those who came together differ in few places; each of these has to change all of it.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 16;
  return hash % LOOKS;
}

/** Their own looks, but for those whose look somebody before them has: so few people are always told apart. */
export function looksOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const looks = new Map<string, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    if (taken.size === LOOKS) taken.clear();
    let look = lookOf(id);
    while (taken.has(look)) look = (look + STEP) % LOOKS;
    taken.add(look);
    looks.set(id, look);
  }
  return looks;
}

const DEEP = { "--tint-bg": "var(--deep-bg)", "--tint-ink": "var(--deep-ink)" };

/** For elements of the class `tinted`. */
export function tint(look: number): CSSProperties {
  // Round the wheel in steps that an eye tells apart, without the violet third that belongs to the bot.
  const hue = (350 + (look % HUES) * 24) % 360;
  return { "--hue": hue, ...(look >= HUES && DEEP) } as CSSProperties;
}
