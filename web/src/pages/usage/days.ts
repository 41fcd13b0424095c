import type { Day, UsageSum } from "../../gen/api";
import type { Days } from "../../queries/usage";

/** What a day used. */
export type DaySum = UsageSum & { day: Day };

const DAY_MS = 24 * 60 * 60 * 1000;

/** So many days are looked at together at most. */
export const MOST_DAYS = 366;

/** Today, where the server counts days: in UTC. */
export function today(): Day {
  return dayOf(Date.now());
}

function dayOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

function plus(day: Day, days: number): Day {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Today and as many days before it that it is so many. */
export function lastDays(count: number): Days {
  const to = today();
  return { from: plus(to, 1 - count), to };
}

/** How many these are; none if the first comes after the last. */
export function lengthOf({ from, to }: Days): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1);
}

const NOTHING = {
  calls: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  thought_tokens: 0,
  reply_tokens: 0,
  total_tokens: 0,
  cost_microusd: 0,
  unpriced_calls: 0,
} satisfies UsageSum;

const counts = Object.keys(NOTHING) as (keyof typeof NOTHING)[];

/** What each day used, from the first to the last; those on which nothing was asked as well. */
export function eachDay(days: Days, sums: readonly UsageSum[]): DaySum[] {
  const known = new Map(sums.map((sum) => [sum.day, sum]));
  return Array.from({ length: lengthOf(days) }, (_, index) => {
    const day = plus(days.from, index);
    return { ...NOTHING, ...known.get(day), day };
  });
}

/** All of them together. Whole numbers: nothing is lost on the way. */
export function totalOf(sums: readonly UsageSum[]): UsageSum {
  const total = { ...NOTHING };
  for (const sum of sums) for (const count of counts) total[count] += sum[count];
  return total;
}
