import { Link } from "@tanstack/react-router";
import { ArrowLeft, UserPlus } from "lucide-react";
import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { useChat } from "../state/chats";
import { ChatAvatar } from "../ui/ChatAvatar";
import { IconButton } from "../ui/IconButton";
import { useMedia } from "../ui/useMedia";
import { openDialog } from "./dialogs";
import { MembersButton } from "./MembersButton";
import { NotifyMenu } from "./NotifyMenu";
import { RoomDialogs } from "./RoomDialogs";
import { RoomMenu } from "./RoomMenu";
import { mayInvite } from "./rights";
import { Subtitle } from "./Subtitle";

/** The head of a room: what it is, who is here, and what one may do with it. */
export function RoomHeader({ chat }: { chat: ChatId }) {
  const entry = useChat(chat);
  // On a phone the title needs the width: there the menu has everything.
  const wide = useMedia("(min-width: 40rem)");
  if (!entry) return null;
  const standing = { kind: entry.kind, role: entry.my_role };
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-0.5 border-line border-b px-1.5 sm:pr-3 sm:pl-5">
      <Link
        to="/"
        aria-label={t("members.back")}
        className="grid size-11 shrink-0 place-items-center rounded-sm text-ink-2 hover:bg-hover hover:text-ink md:hidden"
      >
        <ArrowLeft className="size-5" aria-hidden="true" />
      </Link>
      <span className="mr-2.5 max-sm:hidden">
        <ChatAvatar chat={entry} />
      </span>
      <div className="min-w-0 flex-1 py-1.5">
        <h1 className="truncate font-semibold text-base leading-tight">{entry.title}</h1>
        <Subtitle entry={entry} />
      </div>
      {wide && mayInvite(standing) && (
        <IconButton
          label={t("members.invite")}
          icon={<UserPlus />}
          onClick={() => openDialog(chat, "invite")}
        />
      )}
      {wide && <NotifyMenu entry={entry} />}
      {entry.kind === "group" && <MembersButton chat={chat} />}
      <RoomMenu entry={entry} full={!wide} />
      <RoomDialogs entry={entry} />
    </header>
  );
}
