import { Navigate } from "@tanstack/react-router";
import { t } from "../i18n";
import { lastChat } from "../shell/lastChat";
import { Start } from "../shell/Start";
import { usePageTitle } from "../shell/usePageTitle";
import { useChats } from "../state/chats";
import { useMe } from "../state/session";

/** The first steps; for whoever was here before and has room for it, the chat they left. */
export function Home() {
  const me = useMe();
  const chats = useChats();
  usePageTitle("");
  if (!chats) return null;
  const last = lastChat();
  // On phones the list of chats is the home, and it is in front already.
  if (last && chats.some((chat) => chat.id === last) && matchMedia("(min-width: 48rem)").matches) {
    return <Navigate to="/c/$chat" params={{ chat: last }} replace />;
  }
  return (
    <div className="flex-1 overflow-y-auto px-6">
      <div className="mx-auto flex min-h-full max-w-lg flex-col justify-center py-12">
        <h1 className="text-balance font-display text-[34px] leading-[1.15] tracking-tight">
          {greeting(me.display_name)}
        </h1>
        <p className="mt-2.5 mb-8 text-pretty text-ink-2">
          {chats.length === 0 ? t("home.first") : t("home.again")}
        </p>
        <Start />
      </div>
    </div>
  );
}

function greeting(name: string): string {
  const hour = new Date().getHours();
  if (hour >= 4 && hour < 12) return t("home.morning", { name });
  return hour >= 12 && hour < 18 ? t("home.day", { name }) : t("home.evening", { name });
}
