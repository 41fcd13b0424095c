import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { inviteByName } from "../queries";
import { openDialog, showMembers } from "../room/dialogs";
import { createChat, renameChat, setNotify } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { toast } from "../ui/toast";
import type { CommandName } from "./commands";

/** What a command may do to the page. */
export type Page = { open: (chat: ChatId) => void; help: () => void };

/** Carries a command out; throws what the server refused. */
export async function run(
  chat: ChatId,
  name: Exclude<CommandName, "bot">,
  argument: string,
  page: Page,
): Promise<void> {
  switch (name) {
    case "invite":
      if (!argument) openDialog(chat, "invite");
      for (const username of argument.split(/[\s,]+/).filter(Boolean)) {
        // The room itself reports who came.
        await inviteByName(chat, username.replace(/^@/, ""));
      }
      return;
    case "members":
      showMembers(true);
      return;
    case "rename":
      if (argument) await renameChat(chat, argument);
      else openDialog(chat, "rename");
      return;
    case "mute":
      await setNotify(chat, "none");
      toast(t("composer.muted"));
      return;
    case "unmute":
      await setNotify(chat, "all");
      toast(t("composer.unmuted"));
      return;
    case "new":
      if (!argument) openOverlay({ kind: "new-chat", chat: "group" });
      else page.open(await createChat({ kind: "group", name: argument }));
      return;
    case "leave":
      openDialog(chat, "leave");
      return;
    case "help":
      page.help();
      return;
  }
}
