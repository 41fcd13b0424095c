import { useSign } from "../agents/faces";
import type { Timestamp, UserKind } from "../gen/api";
import { useName } from "../state/people";
import { Avatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { useLooks } from "../ui/looks";
import { useRoom } from "./room";
import { Time } from "./Time";

type AuthorProps = {
  user: { id: string; username: string; display_name: string; kind: UserKind };
  grouped: boolean;
  /** Not known while a post is on its way. */
  at: Timestamp | undefined;
};

/** The column beside the text: a face where somebody begins to speak, the time under the pointer below it. */
export function Gutter({ user, grouped, at }: AuthorProps) {
  const { chat } = useRoom();
  const looks = useLooks(chat);
  const sign = useSign(chat, user.id);
  return (
    <div className={cx("w-9 shrink-0", user.kind === "agent" && "max-sm:hidden")}>
      {!grouped && (
        <Avatar
          user={user}
          look={looks.get(user.id)}
          sign={sign}
          className="mt-0.5 group-data-[density=compact]/log:size-7"
        />
      )}
      {grouped && at && (
        <Time
          at={at}
          className="-mx-2 block whitespace-nowrap pt-1 text-center text-[10px] text-ink-2 tabular-nums leading-4 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 group-focus/row:opacity-100"
        />
      )}
    </div>
  );
}

/** Who speaks, and when. Within a group only for the ear: it is what the row is called. */
export function Author({ id, user, grouped, at }: AuthorProps & { id: string }) {
  const { chat } = useRoom();
  const name = useName(chat, user.id, user.display_name);
  return (
    <p id={id} className={grouped ? "sr-only" : "flex items-baseline gap-2 leading-5"}>
      <span className="truncate font-semibold">{name}</span>
      {at && <Time at={at} className="shrink-0 text-ink-2 text-xs" />}
    </p>
  );
}
