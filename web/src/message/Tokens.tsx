import type { Usage } from "../gen/api";
import { type Key, t } from "../i18n";

type Count = keyof Usage & string;

const counts: [Count, Key][] = [
  ["prompt_tokens", "room.tokens_prompt"],
  ["cached_tokens", "room.tokens_cached"],
  ["thought_tokens", "room.tokens_thought"],
  ["reply_tokens", "room.tokens_reply"],
  ["total_tokens", "room.tokens_total"],
];

/** What a reply took. Its line is always there, so that nothing moves when it shows on hover or focus. */
export function Tokens({ usage, model }: { usage: Usage; model: string | null | undefined }) {
  const told = counts.flatMap(([count, key]) => {
    const tokens = usage[count];
    return tokens == null ? [] : [t(key, { count: tokens })];
  });
  return (
    <p className="pt-0.5 max-sm:truncate max-sm:group-focus/row:whitespace-normal text-ink-2 text-xs opacity-0 transition-opacity duration-100 group-focus-within/row:opacity-100 group-hover/row:opacity-100 group-focus/row:opacity-100">
      {[model, ...told].filter(Boolean).join(" · ")}
    </p>
  );
}
