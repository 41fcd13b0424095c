import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { IconButton } from "../ui/IconButton";
import { showMembers } from "./dialogs";
import Members from "./Members";

/** The people of a group where there is no width beside the room. */
export default function MembersSheet({ entry, shown }: { entry: ChatEntry; shown: boolean }) {
  return (
    <Dialog.Root open={shown} onOpenChange={showMembers}>
      <Dialog.Portal>
        <Dialog.Popup className="fixed inset-0 z-40 flex flex-col bg-bg pt-[env(safe-area-inset-top)] outline-none transition-[opacity,transform] duration-150 data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <header className="flex min-h-14 shrink-0 items-center justify-between border-line border-b pr-1.5 pl-4">
            <Dialog.Title className="font-semibold text-base">{t("members.title")}</Dialog.Title>
            <Dialog.Close render={<IconButton label={t("shell.close")} icon={<X />} />} />
          </header>
          <Members entry={entry} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
