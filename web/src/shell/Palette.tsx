import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { Keyboard, LogOut, Moon, Search, Settings, Sparkles, SquarePen, Sun } from "lucide-react";
import { type ReactElement, useState } from "react";
import { problemText, t } from "../i18n";
import { usePeopleSearch } from "../queries";
import { useChats } from "../state/chats";
import { openOverlay } from "../state/overlay";
import { signOut, useMe } from "../state/session";
import { setSetting } from "../state/settings";
import { Avatar } from "../ui/Avatar";
import { ChatAvatar } from "../ui/ChatAvatar";
import { toast } from "../ui/toast";
import { searched } from "./chatlist";
import { useOpenPrivate } from "./useOpenPrivate";

type Item = { id: string; label: string; note?: string; icon: ReactElement; run: () => void };
type Group = { value: string; items: Item[] };

/** Enough to choose from; whoever wants another types another letter. */
const CHATS_SHOWN = 8;
const PEOPLE_SHOWN = 5;

type PaletteProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup className="fixed top-[max(0.75rem,10vh)] left-1/2 z-40 flex max-h-[min(28rem,80dvh)] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <Dialog.Title className="sr-only">{t("shell.palette")}</Dialog.Title>
          <Finder onDone={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onDone }: { onDone: () => void }) {
  const [query, setQuery] = useState("");
  // Not a moment after the key: Enter right behind it would run what an earlier text had found.
  const groups = useGroups(query.trim());
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      filter={null}
      autoHighlight="always"
      value={query}
      onValueChange={setQuery}
      itemToStringValue={(item: Item) => item.label}
    >
      <div className="flex items-center gap-3 border-line border-b px-4">
        <Search aria-hidden="true" className="size-[18px] text-ink-2" />
        <Autocomplete.Input
          aria-label={t("shell.palette_hint")}
          placeholder={t("shell.palette_hint")}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-2"
        />
      </div>
      <Autocomplete.Empty className="px-4 py-8 text-center text-ink-2 text-sm empty:p-0">
        {t("shell.palette_nothing")}
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-2 empty:p-0">
        {(group: Group) => (
          <Autocomplete.Group key={group.value} items={group.items} className="not-last:pb-1.5">
            <Autocomplete.GroupLabel className="px-2.5 pt-1 pb-1 font-medium text-ink-2 text-xs">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(item: Item) => (
                <Autocomplete.Item
                  key={item.id}
                  value={item}
                  onClick={() => {
                    onDone();
                    item.run();
                  }}
                  className="flex min-h-11 cursor-default select-none items-center gap-3 rounded-sm px-2.5 text-sm outline-none data-highlighted:bg-hover"
                >
                  {item.icon}
                  <span className="min-w-0 truncate">{item.label}</span>
                  {item.note && <span className="min-w-0 truncate text-[13px] text-ink-2">{item.note}</span>}
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

function useGroups(query: string): Group[] {
  const me = useMe();
  const navigate = useNavigate();
  const openPrivate = useOpenPrivate();
  const chats = searched(useChats() ?? [], query).slice(0, CHATS_SHOWN);
  const found = usePeopleSearch(query).data ?? [];
  const people = found.filter((user) => user.kind === "person" && user.id !== me.id).slice(0, PEOPLE_SHOWN);
  const words = query.toLocaleLowerCase();
  const actions = useActions().filter((action) => action.label.toLocaleLowerCase().includes(words));
  const groups: Group[] = [
    {
      value: t("shell.chats"),
      items: chats.map((chat) => ({
        id: chat.id,
        label: chat.title,
        icon: <ChatAvatar chat={chat} />,
        run: () => void navigate({ to: "/c/$chat", params: { chat: chat.id } }),
      })),
    },
    {
      value: t("shell.people"),
      items: people.map((user) => ({
        id: user.id,
        label: user.display_name,
        note: `@${user.username}`,
        icon: <Avatar user={user} />,
        run: () => openPrivate(user.username),
      })),
    },
    { value: t("shell.palette_actions"), items: actions },
  ];
  return groups.filter((group) => group.items.length > 0);
}

function useActions(): Item[] {
  const navigate = useNavigate();
  const action = (id: string, label: string, icon: ReactElement, run: () => void): Item => ({
    id,
    label,
    icon: (
      <span className="grid size-9 shrink-0 place-items-center text-ink-2 [&>svg]:size-[18px]">{icon}</span>
    ),
    run,
  });
  return [
    action("new", t("shell.new_chat"), <SquarePen />, () => openOverlay({ kind: "new-chat", chat: "group" })),
    action("ai", t("home.alone"), <Sparkles />, () => openOverlay({ kind: "new-chat", chat: "ai" })),
    action("settings", t("shell.settings"), <Settings />, () => void navigate({ to: "/settings" })),
    action("light", `${t("shell.theme")}: ${t("shell.theme_light")}`, <Sun />, () =>
      setSetting("theme", "light"),
    ),
    action("dark", `${t("shell.theme")}: ${t("shell.theme_dark")}`, <Moon />, () =>
      setSetting("theme", "dark"),
    ),
    action("shortcuts", t("shell.shortcuts"), <Keyboard />, () => openOverlay({ kind: "shortcuts" })),
    action("out", t("shell.sign_out"), <LogOut />, () => {
      signOut().catch((cause: unknown) => toast(problemText(cause)));
    }),
  ];
}
