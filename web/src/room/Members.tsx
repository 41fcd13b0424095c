import { LogOut, Search, Trash2, UserPlus } from "lucide-react";
import { type ReactNode, useDeferredValue, useState } from "react";
import type { Member } from "../gen/api";
import { t } from "../i18n";
import { inviteByName } from "../queries";
import type { ChatEntry } from "../state/chats";
import { usePeople } from "../state/people";
import { Button } from "../ui/Button";
import { openDialog } from "./dialogs";
import { BOT, InviteButton } from "./InviteButton";
import { type Asked, MemberQuestion } from "./MemberQuestion";
import { MemberRow } from "./MemberRow";
import { type Presence, peopleOf } from "./people";
import { mayDelete, mayInvite } from "./rights";

/** As many rows as a page can hold without being felt; the rest by name or by the button. */
const AT_ONCE = 100;

/** Everybody in a group, and what one may do with them. */
export default function Members({ entry }: { entry: ChatEntry }) {
  const { members, online } = usePeople(entry.id);
  const [query, setQuery] = useState("");
  const [asked, setAsked] = useState<Asked>();
  const people = peopleOf(members, online, useDeferredValue(query));
  const standing = { kind: entry.kind, role: entry.my_role };
  const group = (presence: Presence) => (
    <Group presence={presence} members={people[presence]}>
      {(member) => <MemberRow key={member.user_id} entry={entry} member={member} onAsk={setAsked} />}
    </Group>
  );

  return (
    <>
      <div className="flex shrink-0 items-center gap-2 p-3">
        <label className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-sm border border-edge bg-surface px-2.5 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1 pointer-coarse:h-11">
          <Search className="size-4 shrink-0 text-ink-2" aria-hidden="true" />
          <input
            type="search"
            value={query}
            aria-label={t("members.search")}
            placeholder={t("members.search")}
            onChange={(event) => setQuery(event.target.value)}
            className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-ink-2"
          />
        </label>
        {mayInvite(standing) && (
          <Button variant="primary" onClick={() => openDialog(entry.id, "invite")}>
            <UserPlus className="size-4" aria-hidden="true" />
            {t("members.invite_short")}
          </Button>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-3">
        {group("here")}
        {group("away")}
        {people.here.length + people.away.length === 0 && (
          <p role="status" className="px-2.5 py-4 text-ink-2 text-sm">
            {t("members.nobody", { query })}
          </p>
        )}
        {mayInvite(standing) && !members.some((member) => member.is_bot) && (
          <p className="mx-2.5 mt-3 flex items-center justify-between gap-3 rounded-md bg-bot-wash p-3 text-sm">
            {t("members.no_bot")}
            <InviteButton user={BOT} onInvite={() => inviteByName(entry.id, BOT.username)} />
          </p>
        )}
      </div>
      <footer className="flex shrink-0 flex-wrap gap-1 border-line border-t px-1.5 pt-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))]">
        <Button variant="quiet" size="sm" onClick={() => openDialog(entry.id, "leave")}>
          <LogOut className="size-4" aria-hidden="true" />
          {t("members.leave")}
        </Button>
        {mayDelete(standing) && (
          <Button variant="quiet" size="sm" onClick={() => openDialog(entry.id, "delete")}>
            <Trash2 className="size-4" aria-hidden="true" />
            {t("members.delete")}
          </Button>
        )}
      </footer>
      <MemberQuestion entry={entry} asked={asked} onAsked={setAsked} />
    </>
  );
}

type GroupProps = { presence: Presence; members: Member[]; children: (member: Member) => ReactNode };

function Group({ presence, members, children }: GroupProps) {
  const [shown, setShown] = useState(AT_ONCE);
  if (members.length === 0) return null;
  const count = members.length;
  return (
    <section>
      <h3 className="px-2.5 pt-2 pb-1 font-medium text-[13px] text-ink-2">
        {presence === "here" ? t("members.group_here", { count }) : t("members.group_away", { count })}
      </h3>
      <ul>{members.slice(0, shown).map(children)}</ul>
      {count > shown && (
        <Button variant="quiet" size="sm" onClick={() => setShown(shown + AT_ONCE)}>
          {t("members.show_more", { count: count - shown })}
        </Button>
      )}
    </section>
  );
}
