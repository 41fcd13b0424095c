import { useState } from "react";
import { t } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { Tabs } from "../ui/Tabs";
import { InviteByLink } from "./InviteByLink";
import { InviteByName } from "./InviteByName";
import type { RoomDialogProps } from "./RoomDialogs";

/** Two ways to bring people in: who has an account here already, by name; everybody else by a link. */
export default function InviteDialog({ entry, open, onOpenChange }: RoomDialogProps) {
  const [way, setWay] = useState<"name" | "link">("name");
  return (
    <Dialog title={t("members.invite_title", { title: entry.title })} open={open} onOpenChange={onOpenChange}>
      <Tabs
        value={way}
        onValueChange={setWay}
        tabs={[
          { value: "name", label: t("members.by_name"), content: <InviteByName entry={entry} /> },
          { value: "link", label: t("members.by_link"), content: <InviteByLink entry={entry} /> },
        ]}
      />
    </Dialog>
  );
}
