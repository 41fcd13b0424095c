import { useParams, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { t } from "../i18n";
import { useChat } from "../state/chats";
import { cx } from "../ui/cx";
import { useMedia } from "../ui/useMedia";
import { ConnectionBanner } from "./ConnectionBanner";
import { rememberChat } from "./lastChat";
import { Overlays } from "./Overlays";
import { Sidebar } from "./Sidebar";
import { usePageTitle } from "./usePageTitle";
import { useShortcuts } from "./useShortcuts";
import { useViewportHeight } from "./useViewportHeight";
import { VersionNote } from "./VersionNote";

/** List and page side by side; on phones one of them: the list is the home, everything else lies over it. */
export function Shell({ children }: { children: ReactNode }) {
  const home = useRouterState({ select: (state) => state.location.pathname === "/" });
  const listInFront = useMedia("(max-width: 47.99rem)") && home;
  const { chat } = useParams({ strict: false });
  useShortcuts();
  useViewportHeight();
  return (
    <div className="grid h-(--app-height) grid-cols-1 grid-rows-[auto_minmax(0,1fr)] bg-bg pt-[env(safe-area-inset-top)] pr-[env(safe-area-inset-right)] pl-[env(safe-area-inset-left)] md:grid-cols-[19.5rem_minmax(0,1fr)]">
      {chat && <ChatTitle chat={chat} />}
      {!listInFront && (
        <a
          href="#main"
          className="fixed top-2 left-2 z-50 -translate-y-16 rounded-sm bg-ink px-3 py-2 text-bg text-sm focus:translate-y-0"
        >
          {t("shell.skip")}
        </a>
      )}
      <div className="col-span-full">
        <ConnectionBanner />
        <VersionNote />
      </div>
      <Sidebar role={listInFront ? "main" : "complementary"} className={home ? "flex" : "hidden md:flex"} />
      <main
        id="main"
        tabIndex={-1}
        className={cx("min-h-0 min-w-0 flex-col outline-none", home ? "hidden md:flex" : "flex")}
      >
        {children}
      </main>
      <Overlays />
    </div>
  );
}

function ChatTitle({ chat }: { chat: string }) {
  usePageTitle(useChat(chat)?.title ?? "");
  useEffect(() => rememberChat(chat), [chat]);
  return null;
}
