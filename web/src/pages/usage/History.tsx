import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Call, CallId } from "../../gen/api";
import { formatDay, formatFull, formatTime, t } from "../../i18n";
import { priceOf } from "../../message/cost";
import { type Days, useCalls, type Whose } from "../../queries/usage";
import { useChats } from "../../state/chats";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { CsvButton } from "./CsvButton";
import { Part } from "./Part";
import { Trouble } from "./Trouble";

/** Every call of the model, page by page. */
export function History({ whose, days }: { whose: Whose; days: Days }) {
  // The last call of each page that was left behind: the way back.
  const [behind, setBehind] = useState<readonly CallId[]>([]);
  const { data, error, refetch, isPlaceholderData } = useCalls(whose, days, behind.at(-1));
  const last = data?.calls.at(-1);
  return (
    <Part
      title={t("usage.history")}
      text={t("usage.history_text")}
      actions={<CsvButton whose={whose} what="history" days={days} label={t("usage.csv_calls")} />}
    >
      {error && !data && <Trouble error={error} onRetry={refetch} />}
      {!error && !data && <Skeleton className="h-40" />}
      {data && (
        <ul
          aria-label={t("usage.history")}
          aria-busy={isPlaceholderData}
          className="divide-y divide-line overflow-hidden rounded-md border border-line bg-surface"
        >
          {data.calls.map((call) => (
            <Line key={call.id} call={call} whose={whose} />
          ))}
        </ul>
      )}
      {data && (behind.length > 0 || data.hasOlder) && (
        <div className="mt-3 flex justify-between gap-2">
          <Button size="sm" disabled={behind.length === 0} onClick={() => setBehind(behind.slice(0, -1))}>
            <ChevronLeft aria-hidden="true" className="size-4" />
            {t("usage.newer")}
          </Button>
          <Button
            size="sm"
            disabled={!data.hasOlder || isPlaceholderData}
            onClick={() => last && setBehind([...behind, last.id])}
          >
            {t("usage.older")}
            <ChevronRight aria-hidden="true" className="size-4" />
          </Button>
        </div>
      )}
    </Part>
  );
}

function Line({ call, whose }: { call: Call; whose: Whose }) {
  const chat = useChats()?.find(({ id }) => id === call.chat_id);
  const where = whose.kind !== "room" && chat && t("usage.asked_in", { chat: chat.title });
  const who = whose.kind !== "mine" && t("usage.for_person", { name: `@${call.username}` });
  return (
    <li className="flex items-start justify-between gap-4 px-3.5 py-2.5 text-[13px]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="break-all font-medium">{call.model}</span>
          {call.status !== "success" && (
            <Badge tone={call.status === "stopped" ? "neutral" : "warn"}>
              {t(`usage.status_${call.status}`)}
            </Badge>
          )}
        </p>
        <p className="text-ink-2">
          <time dateTime={call.at} title={formatFull(call.at)}>
            {formatDay(call.at)}, {formatTime(call.at)}
          </time>
          {[who, where].filter(Boolean).map((text) => ` · ${text}`)}
        </p>
      </div>
      <p className="shrink-0 text-right tabular-nums">
        <span className="block">{priceOf(call, "column") ?? "–"}</span>
        <span className="block text-ink-2">
          {call.total_tokens == null ? "–" : t("room.tokens", { count: call.total_tokens })}
        </span>
      </p>
    </li>
  );
}
