import { X } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useState } from "react";
import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { type ChatEntry, useChat } from "../state/chats";
import { IconButton } from "../ui/IconButton";
import { useMedia } from "../ui/useMedia";
import { MEMBERS_BUTTON, showMembers, useMembersShown } from "./dialogs";
import { MembersWaiting } from "./MembersWaiting";

const Members = lazy(() => import("./Members"));
const MembersSheet = lazy(() => import("./MembersSheet"));

/** The people of a group: beside the room where there is width for both, else over it. */
export function MembersPanel({ chat }: { chat: ChatId }) {
  const entry = useChat(chat);
  const beside = useMedia("(min-width: 64rem)");
  if (entry?.kind !== "group") return null;
  return beside ? <Aside entry={entry} /> : <Sheet key={chat} entry={entry} />;
}

function Aside({ entry }: { entry: ChatEntry }) {
  const heading = useId();
  if (!useMembersShown()) return null;

  function close() {
    showMembers(false);
    document.getElementById(MEMBERS_BUTTON)?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    // React passes on what happens in a menu or dialog that was opened from here.
    const within = event.currentTarget.contains(event.target as Node);
    if (event.key === "Escape" && within && !event.defaultPrevented) close();
  }

  return (
    <aside
      aria-labelledby={heading}
      onKeyDown={onKeyDown}
      className="flex w-76 shrink-0 flex-col border-line border-l bg-bg"
    >
      <header className="flex min-h-14 shrink-0 items-center justify-between border-line border-b pr-2 pl-4">
        <h2 id={heading} className="font-semibold text-base">
          {t("members.title")}
        </h2>
        <IconButton label={t("shell.close")} icon={<X />} onClick={close} />
      </header>
      <Suspense fallback={<MembersWaiting />}>
        <Members key={entry.id} entry={entry} />
      </Suspense>
    </aside>
  );
}

function Sheet({ entry }: { entry: ChatEntry }) {
  const shown = useMembersShown();
  const [wanted, setWanted] = useState(shown);
  if (shown && !wanted) setWanted(true);
  // It covers the room: the next one that is opened is wanted for itself.
  useEffect(() => () => showMembers(false), []);
  return wanted ? (
    <Suspense>
      <MembersSheet entry={entry} shown={shown} />
    </Suspense>
  ) : null;
}
