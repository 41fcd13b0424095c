import type { KeyboardEvent } from "react";
import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { usePeopleSearch } from "../queries";
import type { ChatEntry } from "../state/chats";
import { useMe } from "../state/session";
import { Avatar } from "../ui/Avatar";
import { Skeleton } from "../ui/Skeleton";
import { ChatRow } from "./ChatRow";
import { type Filter, filtered, searched } from "./chatlist";
import { Start } from "./Start";
import { useOpenPrivate } from "./useOpenPrivate";

type ChatListProps = {
  chats: readonly ChatEntry[] | undefined;
  query: string;
  filter: Filter;
  open: ChatId | undefined;
};

/** The chats that fit the filter, or what the query finds among chats and people. */
export function ChatList({ chats, query, filter, open }: ChatListProps) {
  const me = useMe();
  if (!chats) return <Waiting />;
  const shown = query ? searched(chats, query) : filtered(chats, filter, open);
  // One stop for the Tab key; the arrows do the rest.
  const stop = shown.some((chat) => chat.id === open) ? open : shown[0]?.id;
  return (
    <>
      <nav aria-label={t("shell.chats")}>
        <ul onKeyDown={moveFocus}>
          {shown.map((chat) => (
            <ChatRow
              key={chat.id}
              chat={chat}
              me={me.id}
              open={chat.id === open}
              tabbable={chat.id === stop}
            />
          ))}
        </ul>
      </nav>
      {query ? (
        <People query={query} found={shown.length > 0} />
      ) : (
        shown.length === 0 && <Nothing filter={filter} any={chats.length > 0} />
      )}
    </>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(event.target as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  rows[Math.max(0, Math.min(to, rows.length - 1))]?.focus();
}

function People({ query, found }: { query: string; found: boolean }) {
  const me = useMe();
  const openPrivate = useOpenPrivate();
  const { data, isFetching } = usePeopleSearch(query);
  const people = (data ?? []).filter((user) => user.kind === "person" && user.id !== me.id);
  if (people.length === 0) {
    const text = isFetching ? t("shell.searching") : t("shell.nothing_found", { query });
    return found ? null : (
      <p role="status" className="px-3 py-6 text-center text-ink-2 text-sm">
        {text}
      </p>
    );
  }
  return (
    <section aria-label={t("shell.people")}>
      <h2 className="px-2.5 pt-4 pb-1.5 font-medium text-ink-2 text-xs">{t("shell.people")}</h2>
      <ul onKeyDown={moveFocus}>
        {people.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              data-row=""
              onClick={() => openPrivate(user.username)}
              className="flex min-h-12 w-full cursor-pointer items-center gap-3 rounded-md px-2.5 text-left -outline-offset-2 hover:bg-hover"
            >
              <span className="sr-only">
                {t("shell.message_to", { name: `${user.display_name} @${user.username}` })}
              </span>
              <Avatar user={user} />
              <span aria-hidden="true" className="min-w-0">
                <span className="block truncate font-medium text-sm">{user.display_name}</span>
                <span className="block truncate text-[13px] text-ink-2">@{user.username}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nothing({ filter, any }: { filter: Filter; any: boolean }) {
  if (any || filter === "unread") {
    return (
      <p className="px-3 py-6 text-center text-ink-2 text-sm">
        {filter === "ai" ? t("shell.no_ai") : t("shell.no_unread")}
      </p>
    );
  }
  return (
    <div className="px-2 py-4">
      <p className="pb-3 text-ink-2 text-sm">{t("shell.no_chats")}</p>
      {/* Where there is room for it, the page beside the list says the same. */}
      <div className="md:hidden">
        <Start />
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <div aria-busy="true">
      <span className="sr-only">{t("shell.loading")}</span>
      {[56, 72, 44, 64, 50, 68].map((width) => (
        <div key={width} className="flex h-15 items-center gap-3 px-2.5">
          <Skeleton className="size-9 rounded-full" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3 w-2/5" />
            <span className="block" style={{ width: `${width}%` }}>
              <Skeleton className="h-2.5" />
            </span>
          </div>
        </div>
      ))}
    </div>
  );
}
