import { useEffect, useRef } from "react";
import { aboutOf } from "../agents/about";
import { useAgentsOf } from "../agents/faces";
import type { ChatId, Member } from "../gen/api";
import { t } from "../i18n";
import { announce } from "../state/announce";
import { usePeople } from "../state/people";
import { Avatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { useLooks } from "../ui/looks";
import type { Command } from "./commands";
import { type Suggestion, written } from "./suggest";
import type { Suggest } from "./useSuggest";

/**
 * The list above the box. The box stays a text box: it may point at a list, and HTML gives no other role to a box of
 * several lines. The number of suggestions is said aloud, because nothing takes the focus.
 */
export function Suggestions({ chat, suggest }: { chat: ChatId; suggest: Suggest }) {
  const list = useRef<HTMLDivElement>(null);
  const { items, active } = suggest;
  const count = items.length;

  useEffect(() => {
    if (count > 0) announce(t("composer.suggestions", { count }));
  }, [count]);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  if (count === 0) return null;
  return (
    <div
      ref={list}
      id={suggest.listId}
      role="listbox"
      aria-label={items[0]?.kind === "command" ? t("composer.commands") : t("composer.mentions")}
      className="absolute inset-x-0 bottom-full z-30 mb-1.5 max-h-[min(22rem,50dvh)] overflow-y-auto rounded-md border border-line bg-surface p-1.5 shadow-pop sm:max-w-lg"
    >
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus and points here
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the keys
        <div
          key={written(item)}
          id={suggest.optionId(index)}
          role="option"
          aria-selected={index === active}
          // A press must not take the focus from the box, nor the keyboard from a phone.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => suggest.choose(item)}
          className={cx(
            "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5 py-1 text-sm hover:bg-hover pointer-coarse:min-h-11",
            index === active && "bg-hover",
          )}
        >
          <Content chat={chat} item={item} />
        </div>
      ))}
    </div>
  );
}

function Content({ chat, item }: { chat: ChatId; item: Suggestion }) {
  if (item.kind === "command") return <CommandOption command={item.command} />;
  return <MemberOption chat={chat} member={item.member} />;
}

function CommandOption({ command }: { command: Command }) {
  return (
    <>
      <span className="shrink-0">
        <span className="font-medium">/{command.name}</span>
        {command.argument && <span className="text-ink-2"> {t(command.argument)}</span>}
      </span>
      <span className="min-w-0 flex-1 truncate text-right text-[13px] text-ink-2">{t(command.about)}</span>
    </>
  );
}

function MemberOption({ chat, member }: { chat: ChatId; member: Member }) {
  const { online } = usePeople(chat);
  const looks = useLooks(chat);
  const agent = useAgentsOf(chat)(member.user_id);
  const here = member.is_bot || online.has(member.user_id);
  return (
    <>
      <Avatar
        user={{ id: member.user_id, username: member.username, kind: member.kind }}
        size="sm"
        look={looks.get(member.user_id)}
        sign={agent?.avatar ?? undefined}
      />
      <span className="min-w-0 flex-1 truncate">
        <span className="font-medium">{member.display_name}</span>
        <span className="text-ink-2"> @{member.username}</span>
        {agent?.description && (
          <span className="block truncate text-[13px] text-ink-2">{aboutOf(agent)}</span>
        )}
      </span>
      {!here && <span className="text-[13px] text-ink-2"> {t("composer.away")}</span>}
    </>
  );
}
