import { Check } from "lucide-react";
import { memo } from "react";
import type { Member, Seq, UserId } from "../gen/api";
import { formatList, t } from "../i18n";
import { usePeople, useReaders } from "../state/people";
import { Avatar } from "../ui/Avatar";
import { useLooks } from "../ui/looks";
import { Tooltip } from "../ui/Tooltip";
import { useRoom } from "./room";

const FACES = 4;

/** Who has read this message of mine. */
export const Receipts = memo(function Receipts({ seq }: { seq: Seq }) {
  const { chat, me } = useRoom();
  const { members } = usePeople(chat);
  const looks = useLooks(chat);
  const readers = whoRead(members, useReaders(chat), seq, me);
  if (readers.length === 0) {
    return (
      <p className="flex h-5 items-center gap-1 text-ink-2 text-xs">
        <Check aria-hidden="true" className="size-3.5" />
        {t("room.sent")}
      </p>
    );
  }
  const names = t("room.read_by", { names: formatList(readers.map((reader) => reader.display_name)) });
  return (
    <Tooltip label={names}>
      <button type="button" className="flex h-5 cursor-default items-center rounded-full">
        <span className="sr-only">{names}</span>
        {readers.slice(0, FACES).map((reader) => (
          <Avatar
            key={reader.user_id}
            user={{ id: reader.user_id, username: reader.username, kind: reader.kind }}
            size="xs"
            look={looks.get(reader.user_id)}
            className="-ml-1 ring-2 ring-bg first:ml-0"
          />
        ))}
        {readers.length > FACES && (
          <span aria-hidden="true" className="pl-1 text-ink-2 text-xs">
            {t("room.read_more", { count: readers.length - FACES })}
          </span>
        )}
      </button>
    </Tooltip>
  );
});

/** People, not the bot, which reads everything; and not oneself. */
export function whoRead(
  members: readonly Member[],
  positions: ReadonlyMap<UserId, Seq>,
  seq: Seq,
  me: UserId,
): Member[] {
  return members.filter(
    (member) => !member.is_bot && member.user_id !== me && (positions.get(member.user_id) ?? 0) >= seq,
  );
}
