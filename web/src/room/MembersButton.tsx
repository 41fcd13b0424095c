import { Users } from "lucide-react";
import type { ChatId } from "../gen/api";
import { formatNumber, t } from "../i18n";
import { usePeople } from "../state/people";
import { useMe } from "../state/session";
import { Avatar } from "../ui/Avatar";
import { useLooks } from "../ui/looks";
import { Tooltip } from "../ui/Tooltip";
import { MEMBERS_BUTTON, showMembers, useMembersShown } from "./dialogs";

const FACES = 3;

/** Who else is here now, at a glance; opens and closes the list of all. */
export function MembersButton({ chat }: { chat: ChatId }) {
  const { members, online } = usePeople(chat);
  const me = useMe();
  const looks = useLooks(chat);
  const shown = useMembersShown();
  const others = members.filter((member) => online.has(member.user_id) && member.user_id !== me.id);
  return (
    <Tooltip label={t("members.title")}>
      <button
        id={MEMBERS_BUTTON}
        type="button"
        aria-expanded={shown}
        onClick={() => showMembers(!shown)}
        className="flex h-9 shrink-0 cursor-pointer items-center gap-1.5 rounded-sm px-2 text-ink-2 text-sm tabular-nums transition-colors duration-100 hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-expanded:text-ink pointer-coarse:h-11"
      >
        <span className="sr-only">{`${t("members.title")}, ${formatNumber(members.length)}`}</span>
        {others.length > 0 && (
          <span className="-space-x-1 hidden lg:flex">
            {others.slice(0, FACES).map(({ user_id, username, kind }) => (
              <Avatar
                key={user_id}
                user={{ id: user_id, username, kind }}
                size="sm"
                look={looks.get(user_id)}
                className="ring-2 ring-bg"
              />
            ))}
          </span>
        )}
        <Users className="size-[18px]" aria-hidden="true" />
        <span aria-hidden="true">{formatNumber(members.length)}</span>
      </button>
    </Tooltip>
  );
}
