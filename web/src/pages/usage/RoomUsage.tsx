import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ChatId } from "../../gen/api";
import { t } from "../../i18n";
import { maySetBudget } from "../../room/rights";
import { useChat } from "../../state/chats";
import { Budgets } from "./Budgets";
import { Usage } from "./Usage";

/** What was used in a chat: for those who are in it. */
export function RoomUsage({ chat }: { chat: ChatId }) {
  const entry = useChat(chat);
  const maySet = entry && maySetBudget({ kind: entry.kind, role: entry.my_role });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <div className="mx-auto max-w-4xl">
        <header className="sticky top-0 z-10 flex min-h-14 items-center gap-1 bg-bg px-1.5 sm:px-3">
          <Link
            to="/c/$chat"
            params={{ chat }}
            aria-label={t("usage.back")}
            className="grid size-11 shrink-0 place-items-center rounded-sm text-ink-2 hover:bg-hover hover:text-ink"
          >
            <ArrowLeft className="size-5" aria-hidden="true" />
          </Link>
          <h1 className="min-w-0 flex-1 truncate font-display text-2xl tracking-tight">
            {t("usage.of_room", { title: entry?.title ?? "" })}
          </h1>
        </header>
        <div className="px-4 pb-[max(3rem,env(safe-area-inset-bottom))] sm:px-6">
          <Usage
            whose={{ kind: "room", chat }}
            budgets={<Budgets bounded={{ kind: "room", chat }} may={maySet ? "set" : "look"} />}
          />
        </div>
      </div>
    </div>
  );
}
