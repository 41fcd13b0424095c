import { Check } from "lucide-react";
import { useState } from "react";
import { problemText, t } from "../i18n";
import { announce } from "../state/announce";
import { Button } from "../ui/Button";
import { toast } from "../ui/toast";

/** The agent that every server has. */
export const BOT = { username: "gem", display_name: "Gemini" };

type InviteButtonProps = {
  user: { username: string; display_name: string };
  onInvite: () => Promise<unknown>;
};

/** Brings somebody in, and says there and then that it is done. */
export function InviteButton({ user, onInvite }: InviteButtonProps) {
  const [phase, setPhase] = useState<"idle" | "busy" | "done">("idle");

  async function add() {
    setPhase("busy");
    try {
      await onInvite();
      setPhase("done");
      announce(t("members.added", { name: user.display_name }));
    } catch (cause) {
      setPhase("idle");
      toast(problemText(cause));
    }
  }

  if (phase === "done") {
    return (
      <span className="flex shrink-0 items-center gap-1 text-ok text-sm">
        <Check className="size-4" aria-hidden="true" />
        {t("members.added_short")}
      </span>
    );
  }
  return (
    <Button
      size="sm"
      busy={phase === "busy"}
      aria-label={t("members.add_name", { name: user.display_name })}
      onClick={() => void add()}
    >
      {t("members.add")}
    </Button>
  );
}
