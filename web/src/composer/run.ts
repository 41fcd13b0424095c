import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { inviteByName } from "../queries";
import { openDialog, showMembers } from "../room/dialogs";
import { createChat, renameChat, setNotify } from "../state/chats";
import { toast } from "../ui/toast";
import type { CommandName } from "./commands";

/** What a command may do to the page. */
export type Page = { open: (chat: ChatId) => void; help: () => void };

/** Carries a command out. What it gives back stands in the way and is for the eyes of whoever gave it; it throws what the server refused. */
export async function run(
  chat: ChatId,
  name: Exclude<CommandName, "bot">,
  argument: string,
  page: Page,
): Promise<string | undefined> {
  switch (name) {
    case "invite":
      if (!argument) openDialog(chat, "invite");
      for (const username of argument.split(/[\s,]+/).filter(Boolean)) {
        const member = await inviteByName(chat, username.replace(/^@/, ""));
        toast(t("composer.invited", { name: member.display_name }));
      }
      return undefined;
    case "members":
      showMembers(true);
      return undefined;
    case "rename":
      if (argument) await renameChat(chat, argument);
      else openDialog(chat, "rename");
      return undefined;
    case "mute":
      await setNotify(chat, "none");
      toast(t("composer.muted"));
      return undefined;
    case "unmute":
      await setNotify(chat, "all");
      toast(t("composer.unmuted"));
      return undefined;
    case "new":
      if (!argument) return t("composer.new_needs_name");
      page.open(await createChat({ kind: "group", name: argument }));
      return undefined;
    case "leave":
      openDialog(chat, "leave");
      return undefined;
    case "help":
      page.help();
      return undefined;
  }
}
