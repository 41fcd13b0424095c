import { type ComponentType, type LazyExoticComponent, lazy, Suspense, useState } from "react";
import { withPageTexts } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { closeDialog, type RoomDialog, useDialog } from "./dialogs";

export type RoomDialogProps = {
  entry: ChatEntry;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

const dialogs: Record<RoomDialog, LazyExoticComponent<ComponentType<RoomDialogProps>>> = {
  invite: lazy(() => import("./InviteDialog")),
  rename: lazy(() => import("./RenameDialog")),
  ai: lazy(() => withPageTexts(import("./AiDialog"))),
  leave: lazy(() => import("./LeaveDialog")),
  delete: lazy(() => import("./DeleteDialog")),
};

/** Each comes when it is first wanted, and stays so that it can close with grace. */
export function RoomDialogs({ entry }: { entry: ChatEntry }) {
  const open = useDialog(entry.id);
  const [known, setKnown] = useState<readonly RoomDialog[]>([]);
  if (open && !known.includes(open)) setKnown([...known, open]);
  return (
    <Suspense>
      {known.map((kind) => {
        const Dialog = dialogs[kind];
        return (
          <Dialog
            key={kind}
            entry={entry}
            open={open === kind}
            onOpenChange={(now) => !now && closeDialog()}
          />
        );
      })}
    </Suspense>
  );
}
