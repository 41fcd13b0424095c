import { memo } from "react";
import type { Message } from "../gen/api";
import { formatList, systemText, t } from "../i18n";
import { cx } from "../ui/cx";
import { type Change, subjectOf } from "./change";
import { Time } from "./Time";

/** So many are told by name. */
const NAMED = 3;

type SystemRowProps = { messages: readonly Message[]; change: Change; flash: boolean };

/** What the room reports: a change, or a run of the same. */
export const SystemRow = memo(function SystemRow({ messages, change, flash }: SystemRowProps) {
  const [first] = messages;
  if (!first) return null;
  const look =
    "row px-3 py-1 text-center text-[13px] text-ink-2 text-pretty focus-visible:-outline-offset-2 sm:px-16";
  if (messages.length === 1) {
    return (
      <article tabIndex={-1} data-flash={flash || undefined} className={look}>
        {systemText(first)} <Time at={first.created_at} className="pl-1 text-[11px]" />
      </article>
    );
  }
  const names = [
    ...new Set(messages.map((message) => subjectOf(message)?.display_name ?? message.display_name)),
  ];
  const told =
    names.length > NAMED + 1
      ? formatList([...names.slice(0, NAMED), t("room.others", { count: names.length - NAMED })])
      : formatList(names);
  return (
    <article tabIndex={-1} data-flash={flash || undefined} className={look}>
      <details>
        <summary
          className={cx(
            "cursor-pointer marker:content-none hover:text-ink [&::-webkit-details-marker]:hidden",
          )}
        >
          {t(change === "left" ? "room.left" : "room.joined", { names: told, count: names.length })}
        </summary>
        {messages.map((message) => (
          <p key={message.id}>
            {systemText(message)} <Time at={message.created_at} className="pl-1 text-[11px]" />
          </p>
        ))}
      </details>
    </article>
  );
});
