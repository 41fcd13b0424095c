import { Sparkles, UserPlus } from "lucide-react";
import { t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { Button } from "../ui/Button";

type IntroProps = {
  chat: ChatEntry;
  /** Nobody has said anything yet. */
  empty: boolean;
  onInvite: () => void;
  onAsk: () => void;
};

/** Where a room begins; in an empty one, what to do. */
export function Intro({ chat, empty, onInvite, onAsk }: IntroProps) {
  return (
    <div className="px-3 pt-6 pb-3 sm:px-5">
      <h2 className="wrap-anywhere text-balance font-display text-2xl">{chat.title}</h2>
      <p className="mt-1 max-w-[60ch] text-pretty text-ink-2">{t(`room.intro_${chat.kind}`)}</p>
      {empty && (
        <div className="mt-4 flex flex-wrap gap-2">
          {chat.kind === "group" && (
            <Button onClick={onInvite}>
              <UserPlus aria-hidden="true" className="size-4" />
              {t("room.intro_invite")}
            </Button>
          )}
          {chat.kind !== "private" && (
            <Button onClick={onAsk}>
              <Sparkles aria-hidden="true" className="size-4 text-bot" />
              {t(chat.kind === "ai" ? "room.intro_ask_ai" : "room.intro_ask")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
