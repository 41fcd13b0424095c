import type { MessageId, ReplyRun, Usage } from "../gen/api";
import { formatNumber, type Key, t } from "../i18n";
import { useModelOf } from "../queries/usage";
import { useName } from "../state/people";
import { priceOf } from "./cost";
import { useRoom } from "./room";

type Count = Extract<keyof Usage, `${string}_tokens`>;

const counts: [Count, Key][] = [
  ["prompt_tokens", "usage.prompt"],
  ["cached_tokens", "usage.cached"],
  ["thought_tokens", "usage.thought"],
  ["reply_tokens", "usage.reply"],
  ["total_tokens", "usage.total"],
];

/** Who asked for a reply, what wrote it, and what it took and cost, one by one. */
export default function Spent({ id, run }: { id: MessageId; run: ReplyRun }) {
  const { chat } = useRoom();
  const name = useName(chat, run.asked_by, t("room.somebody"));
  const model = useModelOf(chat, id, run.model);
  const { usage = null } = run;
  const price = usage && priceOf(usage);
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 tabular-nums">
      <Line title={t("usage.asked_by")} text={name} />
      {model && <Line title={t("usage.model")} text={model} />}
      {usage &&
        counts.map(([count, key]) => {
          const tokens = usage[count];
          return tokens != null && <Line key={count} title={t(key)} text={formatNumber(tokens)} />;
        })}
      {price && <Line title={t("usage.price")} text={price} />}
    </div>
  );
}

/**
 * The colon and the full stop are for the ear: the menu is described by all of it in one breath. No list of terms,
 * for a menu may hold nothing but what one can choose.
 */
function Line({ title, text }: { title: string; text: string }) {
  return (
    <div className="col-span-full grid grid-cols-subgrid">
      <span>
        {title}
        <span className="sr-only">:</span>
      </span>{" "}
      <span className="min-w-0 break-words text-right text-ink">
        {text}
        <span className="sr-only">.</span>
      </span>{" "}
    </div>
  );
}
