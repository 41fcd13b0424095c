import { useParams } from "@tanstack/react-router";
import { Search, SquarePen, X } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useRef, useState } from "react";
import { t } from "../i18n";
import { useChats } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { cx } from "../ui/cx";
import { IconButton } from "../ui/IconButton";
import { Brand } from "./Brand";
import { ChatList } from "./ChatList";
import { type Filter, filters } from "./chatlist";
import { commandKey } from "./shortcuts";
import { UserMenu } from "./UserMenu";

type SidebarProps = {
  /** On phones it is the page itself. */
  role: "main" | "complementary";
  className: string;
};

export function Sidebar({ role, className }: SidebarProps) {
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const { chat: open } = useParams({ strict: false });
  const chats = useChats();
  const list = useRef<HTMLDivElement>(null);
  // Five hundred rows may be filtered a moment after the key, never before it is seen.
  const wanted = useDeferredValue(query.trim());

  function toList(event: KeyboardEvent) {
    if (event.key === "Escape" && query) {
      event.preventDefault();
      setQuery("");
    }
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.current?.querySelector<HTMLElement>("[data-row]")?.focus();
  }

  return (
    // Not `main` or `aside`: another element would be another list, scrolled back to its top.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both of its roles take a name
    <div
      role={role}
      aria-label={t("shell.chats")}
      className={cx("min-h-0 min-w-0 flex-col border-line bg-sunken md:border-r", className)}
    >
      {role === "main" && <h1 className="sr-only">{t("shell.chats")}</h1>}
      <div className="flex items-center justify-between gap-2 pt-3 pr-2.5 pb-2 pl-4">
        <Brand />
        <IconButton
          label={t("shell.new_chat")}
          icon={<SquarePen />}
          onClick={() => openOverlay({ kind: "new-chat", chat: "group" })}
        />
      </div>

      <div className="relative mx-3">
        <Search aria-hidden="true" className="absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-2" />
        <input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={toList}
          aria-label={t("shell.search")}
          placeholder={t("shell.search")}
          autoComplete="off"
          className="search h-9 w-full rounded-sm bg-hover pr-16 pl-8.5 text-sm -outline-offset-1 text-ellipsis placeholder:text-ink-2 focus:bg-surface focus:outline-2 focus:outline-accent pointer-coarse:h-11"
        />
        {query ? (
          <IconButton
            size="sm"
            label={t("shell.search_clear")}
            icon={<X />}
            onClick={() => setQuery("")}
            className="absolute top-1/2 right-1 -translate-y-1/2"
          />
        ) : (
          <span
            aria-hidden="true"
            className="absolute top-1/2 right-2.5 -translate-y-1/2 font-sans text-ink-2 text-xs pointer-coarse:hidden"
          >
            {commandKey()} K
          </span>
        )}
      </div>

      <Filters value={filter} onChange={setFilter} />

      <div ref={list} className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2">
        <ChatList chats={chats} query={wanted} filter={filter} open={open} />
      </div>

      <div className="flex items-center border-line border-t px-2 pt-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))]">
        <UserMenu />
      </div>
    </div>
  );
}

function Filters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const names = { all: t("shell.filter_all"), unread: t("shell.filter_unread"), ai: t("shell.filter_ai") };
  return (
    <fieldset className="flex gap-1 px-3 pt-2.5 pb-2">
      <legend className="sr-only">{t("shell.filter")}</legend>
      {filters.map((filter) => (
        <button
          key={filter}
          type="button"
          aria-pressed={value === filter}
          onClick={() => onChange(filter)}
          className="relative h-7 cursor-pointer rounded-full px-3 font-medium text-[13px] text-ink-2 transition-colors duration-100 hover:bg-hover hover:text-ink aria-pressed:bg-ink aria-pressed:text-bg pointer-coarse:h-8 pointer-coarse:px-4 pointer-coarse:after:absolute pointer-coarse:after:inset-x-0 pointer-coarse:after:-inset-y-1.5"
        >
          {names[filter]}
        </button>
      ))}
    </fieldset>
  );
}
