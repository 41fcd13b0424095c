const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** How long to wait before another try: at random from nothing to twice as much each time, so that a thousand clients
 * that lost their server at once do not come back at once. */
export function backoff(failures: number): number {
  return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
}
