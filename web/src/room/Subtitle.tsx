import type { UserRef } from "../gen/api";
import { t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { nameIn, usePeople, useTyping } from "../state/people";

/** Below the title: who writes now, else who is here. */
export function Subtitle({ entry }: { entry: ChatEntry }) {
  const typing = useTyping(entry.id);
  return (
    <p className="truncate text-[13px] text-ink-2 leading-tight">
      {typing.length > 0 ? <Typing entry={entry} typing={typing} /> : <Presence entry={entry} />}
    </p>
  );
}

function Typing({ entry, typing }: { entry: ChatEntry; typing: readonly UserRef[] }) {
  const { members } = usePeople(entry.id);
  const [first = "", second = ""] = typing.map(({ id, display_name }) => nameIn(members, id, display_name));
  return (
    <span className="text-accent">
      {typing.length === 1 && t("members.typing_name", { name: first })}
      {typing.length === 2 && t("members.typing_names", { first, second })}
      {typing.length > 2 && t("members.typing_several")}
    </span>
  );
}

function Presence({ entry }: { entry: ChatEntry }) {
  const { members, online } = usePeople(entry.id);
  if (entry.kind === "ai") return t("members.ai_only");
  if (entry.kind === "private") {
    const here = entry.peer ? online.has(entry.peer.id) : false;
    return here ? t("members.peer_here") : t("members.peer_away");
  }
  const people = members.filter((member) => !member.is_bot);
  const bot = members.find((member) => member.is_bot);
  // It is not known yet; the line keeps its height.
  if (people.length === 0) return "\u00a0";
  if (people.length === 1) {
    return bot ? t("members.only_you_and", { name: bot.display_name }) : t("members.only_you");
  }
  const here = people.filter((person) => online.has(person.user_id)).length;
  return `${t("members.people", { count: people.length })} · ${t("members.here", { count: here })}`;
}
