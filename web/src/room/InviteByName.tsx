import { useDeferredValue, useState } from "react";
import type { User } from "../gen/api";
import { t } from "../i18n";
import { inviteByName, usePeopleSearch } from "../queries";
import type { ChatEntry } from "../state/chats";
import { usePeople } from "../state/people";
import { Avatar } from "../ui/Avatar";
import { Field, Input } from "../ui/Field";
import { InviteButton } from "./InviteButton";

/** The server refuses shorter queries. */
const QUERY_CHARS = 2;

export function InviteByName({ entry }: { entry: ChatEntry }) {
  const { members } = usePeople(entry.id);
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim().replace(/^@/, ""));
  const { data: found = [], isFetching } = usePeopleSearch(wanted);
  // Who was here when the dialog opened needs no button; who was just added keeps theirs, which says so.
  const [before] = useState(() => new Set(members.map((member) => member.user_id)));

  return (
    <div className="flex flex-col gap-3">
      <Field label={t("members.who")} hint={t("members.who_hint")}>
        <Input
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
        />
      </Field>
      <ul aria-busy={isFetching} className="min-h-32">
        {wanted.length >= QUERY_CHARS &&
          found.map((user) => (
            <Found key={user.id} user={user}>
              {before.has(user.id) ? (
                <span className="shrink-0 text-ink-2 text-sm">{t("members.already")}</span>
              ) : (
                <InviteButton user={user} onInvite={() => inviteByName(entry.id, user.username)} />
              )}
            </Found>
          ))}
      </ul>
      <p role="status" className="text-ink-2 text-sm empty:hidden">
        {wanted.length >= QUERY_CHARS && !isFetching && found.length === 0
          ? t("members.nobody_found", { query: wanted })
          : ""}
      </p>
    </div>
  );
}

function Found({ user, children }: { user: User; children: React.ReactNode }) {
  return (
    <li className="flex min-h-12 items-center gap-2.5 py-1">
      <Avatar user={user} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium text-sm leading-tight">{user.display_name}</span>
        <span className="block truncate text-[13px] text-ink-2 leading-tight">@{user.username}</span>
      </span>
      {children}
    </li>
  );
}
