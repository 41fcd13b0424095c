import type { ReplyRun, Usage } from "../gen/api";
import { type Key, t } from "../i18n";

type Count = Extract<keyof Usage, `${string}_tokens`>;

const counts: [Count, Key][] = [
  ["prompt_tokens", "room.tokens_prompt"],
  ["cached_tokens", "room.tokens_cached"],
  ["thought_tokens", "room.tokens_thought"],
  ["reply_tokens", "room.tokens_reply"],
  ["total_tokens", "room.tokens_total"],
];

/** Which model wrote a reply and what it took, in one line; undefined where that is not known. */
export function tokensOf({ usage, model }: ReplyRun): string | undefined {
  const total = usage?.total_tokens;
  return total == null ? undefined : line(model, [t("room.tokens", { count: total })]);
}

/** The same, count by count. */
export function tokensInFull({ usage, model }: ReplyRun): string | undefined {
  if (!usage) return undefined;
  const told = counts.flatMap(([count, key]) => {
    const tokens = usage[count];
    return tokens == null ? [] : [t(key, { count: tokens })];
  });
  return line(model, told);
}

function line(model: string | null | undefined, told: string[]): string {
  return [model, ...told].filter(Boolean).join(" · ");
}
