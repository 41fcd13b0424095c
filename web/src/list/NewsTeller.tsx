import { useEffect, useRef } from "react";
import type { ChatId, Seq, UserId } from "../gen/api";
import { t } from "../i18n";
import { plain } from "../markdown/plain";
import { reasonText } from "../message/reason";
import { announce } from "../state/announce";
import { useLog } from "../state/log";
import { nameIn, usePeople } from "../state/people";
import { useMe } from "../state/session";
import { type Heard, heardBy, type News, newsOf } from "./news";

/** Has a screen reader told of what happens in the room in front. Draws nothing. */
export function NewsTeller({ chat, head }: { chat: ChatId; head: Seq }) {
  const me = useMe().id;
  const { rows } = useLog(chat);
  const { members } = usePeople(chat);
  const heard = useRef<Heard>(undefined);
  useEffect(() => {
    const next = newsOf(rows, heard.current ?? heardBy(rows, head), me);
    heard.current = next.heard;
    if (!document.hasFocus()) return;
    const name = (id: UserId, written: string) => nameIn(members, id, written);
    const failed = next.news.filter((news) => news.kind === "failed");
    const other = next.news.filter((news) => news.kind !== "failed");
    // In one piece each: a second announcement would take the place of the first before it is read.
    if (failed.length > 0) announce(failed.map((news) => words(news, me, name)).join(" "), "assertive");
    if (other.length > 0) announce(other.map((news) => words(news, me, name)).join(" "));
  }, [rows, members, me, head]);
  return null;
}

function words(news: News, me: UserId, name: (id: UserId, written: string) => string): string {
  if (news.kind === "many") return t("room.told_many", { count: news.count });
  if (news.kind === "said") {
    const { user_id, display_name, content } = news.message;
    return t("room.told_said", { name: name(user_id, display_name), text: plain(content) });
  }
  const { reply } = news;
  const bot = name(reply.user_id, reply.display_name);
  if (news.kind === "fell_short" || news.kind === "failed") {
    return t("room.told_ended", { bot, reason: reasonText(reply) });
  }
  const asker = reply.run?.asked_by;
  if (asker === me) return t(`room.told_${news.kind}_you`, { bot });
  return t(`room.told_${news.kind}`, { bot, name: name(asker ?? "", t("room.somebody")) });
}
