import { Square } from "lucide-react";
import { useState } from "react";
import { problemText, t } from "../i18n";
import { mayStop } from "../room/rights";
import type { ChatEntry } from "../state/chats";
import { stop } from "../state/log";
import { useMember, useQueue } from "../state/people";
import { useMe } from "../state/session";
import { IconButton } from "../ui/IconButton";
import { toast } from "../ui/toast";

/** Stops the bot while it writes here, for those who may: one's own answer first. */
export function StopButton({ entry }: { entry: ChatEntry }) {
  const { running } = useQueue(entry.id);
  const me = useMe();
  const mine = running.filter((reply) => reply.asked_by === me.id);
  const others = mayStop({ kind: entry.kind, role: entry.my_role }, "other") ? running : [];
  const reply = mine[0] ?? others[0];
  const asker = useMember(entry.id, reply?.asked_by ?? me.id);
  const [stopping, setStopping] = useState<string>();
  if (!reply) return null;

  async function halt(id: string) {
    setStopping(id);
    try {
      await stop(entry.id, id);
    } catch (cause) {
      toast(problemText(cause));
      setStopping(undefined);
    }
  }

  return (
    <IconButton
      label={
        reply.asked_by === me.id
          ? t("composer.stop")
          : t("composer.stop_for", { name: asker?.display_name ?? "…" })
      }
      icon={<Square className="fill-current text-bot" />}
      disabled={stopping === reply.message_id}
      onClick={() => void halt(reply.message_id)}
    />
  );
}
