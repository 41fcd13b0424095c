import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { UsageSum } from "../../gen/api";
import { type Key, t } from "../../i18n";
import { type Days, isCut, useSums, type Whose } from "../../queries/usage";
import { useChats } from "../../state/chats";
import { Skeleton } from "../../ui/Skeleton";
import { CsvButton } from "./CsvButton";
import { Part } from "./Part";
import { PersonBudget } from "./PersonBudget";
import { Segments } from "./Segments";
import { SumTable } from "./SumTable";
import { Trouble } from "./Trouble";

type Grouping = "model" | "room" | "person";

/** What can differ, of what is looked at. */
const groupings: Record<Whose["kind"], readonly Grouping[]> = {
  mine: ["model", "room"],
  room: ["model", "person"],
  everybody: ["model", "room", "person"],
};

const headings: Record<Grouping, Key> = { model: "usage.model", room: "usage.chat", person: "usage.person" };

/** Where it went, the dearest first. */
export function Breakdown({ whose, days }: { whose: Whose; days: Days }) {
  const [by, setBy] = useState<Grouping>("model");
  const { data: sums, error, refetch } = useSums(whose, days, by);
  return (
    <Part
      title={t("usage.breakdown")}
      actions={
        <>
          <CsvButton whose={whose} what={by} days={days} label={t("usage.csv")} />
          <Segments
            label={t("usage.breakdown")}
            value={by}
            onValueChange={setBy}
            options={groupings[whose.kind].map((value) => ({ value, label: t(headings[value]) }))}
          />
        </>
      }
    >
      {error && !sums && <Trouble error={error} onRetry={refetch} />}
      {!error && !sums && <Skeleton className="h-24" />}
      {sums && (
        <SumTable
          caption={t(`usage.by_${by}`)}
          heading={t(headings[by])}
          rows={sums.map((sum) => ({
            key: sum.model ?? sum.chat_id ?? sum.user_id ?? "",
            name: <Name sum={sum} whose={whose} />,
            sum,
          }))}
        />
      )}
      {sums && isCut(sums) && (
        <p className="mt-2 text-[13px] text-ink-2">{t("usage.top_only", { count: sums.length })}</p>
      )}
    </Part>
  );
}

function Name({ sum, whose }: { sum: UsageSum; whose: Whose }): ReactNode {
  if (sum.chat_id) return <ChatName chat={sum.chat_id} />;
  if (!sum.user_id) return sum.model;
  if (whose.kind === "everybody") return <PersonBudget user={sum.user_id} username={sum.username ?? ""} />;
  return `@${sum.username}`;
}

function ChatName({ chat }: { chat: string }) {
  const known = useChats()?.find(({ id }) => id === chat);
  if (!known) return <span className="text-ink-2">{t("usage.other_chat")}</span>;
  return (
    <Link to="/c/$chat/usage" params={{ chat }} className="link">
      {known.title}
    </Link>
  );
}
