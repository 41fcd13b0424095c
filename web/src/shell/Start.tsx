import { useNavigate } from "@tanstack/react-router";
import { ArrowRight, Sparkles, UserRound, UsersRound } from "lucide-react";
import { type ReactElement, useState } from "react";
import { problemText, t } from "../i18n";
import { createChat } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { cx } from "../ui/cx";
import { Spinner } from "../ui/Spinner";
import { toast } from "../ui/toast";

/** The first steps, each one click away. */
export function Start() {
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);

  function alone() {
    setMaking(true);
    createChat({ kind: "ai" })
      .then((chat) => navigate({ to: "/c/$chat", params: { chat } }))
      .catch((cause: unknown) => toast(problemText(cause)))
      .finally(() => setMaking(false));
  }

  return (
    <div className="grid gap-2.5">
      <Step
        icon={<UsersRound />}
        title={t("home.start")}
        text={t("home.start_text")}
        onClick={() => openOverlay({ kind: "new-chat", chat: "group" })}
      />
      <Step
        icon={making ? <Spinner /> : <Sparkles />}
        tone="bg-bot-wash text-bot"
        title={t("home.alone")}
        text={t("home.alone_text")}
        disabled={making}
        onClick={alone}
      />
      <Step
        icon={<UserRound />}
        title={t("home.find")}
        text={t("home.find_text")}
        onClick={() => openOverlay({ kind: "new-chat", chat: "private" })}
      />
    </div>
  );
}

type StepProps = {
  icon: ReactElement;
  tone?: string;
  title: string;
  text: string;
  disabled?: boolean;
  onClick: () => void;
};

function Step({ icon, tone = "bg-accent-wash text-accent", title, text, disabled, onClick }: StepProps) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="group flex cursor-pointer items-center gap-4 rounded-md border border-line bg-surface p-4 text-left transition-colors duration-100 hover:border-edge disabled:cursor-default"
    >
      <span aria-hidden="true" className={cx("grid size-10 shrink-0 place-items-center rounded-sm", tone)}>
        {icon}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-semibold text-[15px]">{title}</span>
        <span className="block text-pretty text-[13px] text-ink-2 leading-snug">{text}</span>
      </span>
      <ArrowRight
        aria-hidden="true"
        className="size-4 shrink-0 text-ink-2 transition-transform duration-100 group-hover:translate-x-0.5"
      />
    </button>
  );
}
