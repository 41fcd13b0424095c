import { Link } from "@tanstack/react-router";
import { AtSign, BellOff } from "lucide-react";
import { memo } from "react";
import type { UserId } from "../gen/api";
import { formatShort, t } from "../i18n";
import type { ChatEntry } from "../state/chats";
import { Badge } from "../ui/Badge";
import { ChatAvatar } from "../ui/ChatAvatar";
import { cx } from "../ui/cx";
import { isUnread } from "./chatlist";
import { previewLine } from "./preview";

/** The server counts no further. */
const COUNTED_TO = 100;

type ChatRowProps = { chat: ChatEntry; me: UserId; open: boolean; tabbable: boolean };

export const ChatRow = memo(function ChatRow({ chat, me, open, tabbable }: ChatRowProps) {
  const unread = isUnread(chat) && !open;
  const muted = chat.notify === "none";
  return (
    // Rows out of sight cost nothing, and are still there for the browser's search and for screen readers.
    <li className="[contain-intrinsic-size:auto_60px] [content-visibility:auto]">
      <Link
        to="/c/$chat"
        params={{ chat: chat.id }}
        data-row=""
        tabIndex={tabbable ? 0 : -1}
        aria-current={open ? "page" : undefined}
        className={cx(
          "flex h-15 items-center gap-3 rounded-md px-2.5 -outline-offset-2 transition-colors duration-100",
          open ? "bg-surface shadow-[0_0_0_1px_var(--line)]" : "hover:bg-hover",
        )}
      >
        <ChatAvatar chat={chat} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={cx("flex-1 truncate text-sm", unread ? "font-semibold" : "font-medium")}>
              {chat.title}
            </span>
            <time
              dateTime={chat.last_message_time ?? chat.created_at}
              className={cx("text-xs tabular-nums", unread && !muted ? "text-accent" : "text-ink-2")}
            >
              {formatShort(chat.last_message_time ?? chat.created_at)}
            </time>
          </span>
          <span className="flex h-5 items-center gap-1.5 text-ink-2">
            <SecondLine chat={chat} me={me} open={open} />
            {muted && <BellOff role="img" aria-label={t("shell.muted")} className="size-3.5 shrink-0" />}
            {chat.mention && !open && (
              <AtSign
                role="img"
                aria-label={t("shell.mentioned")}
                className="size-4 shrink-0 stroke-[2.5] text-accent"
              />
            )}
            {chat.unread_count > 0 && !open && (
              <Count of={chat.unread_count} tone={muted ? "neutral" : "accent"} />
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});

function SecondLine({ chat, me, open }: { chat: ChatEntry; me: UserId; open: boolean }) {
  const line = previewLine(chat, me);
  const tones = { plain: "text-ink-2", typing: "text-accent italic", bot: "text-bot italic" };
  return (
    <span className={cx("flex-1 truncate text-[13px]", tones[line.tone])}>
      {chat.draft && !open && line.tone === "plain" && (
        <span className="font-medium text-err">{t("shell.draft")} </span>
      )}
      {line.text}
    </span>
  );
}

function Count({ of, tone }: { of: number; tone: "neutral" | "accent" }) {
  const more = of >= COUNTED_TO;
  return (
    <>
      <span className="sr-only">
        {more ? t("shell.unread_over", { count: COUNTED_TO - 1 }) : t("shell.unread", { count: of })}
      </span>
      <span aria-hidden="true" className="inline-grid">
        <Badge tone={tone}>{more ? `${COUNTED_TO - 1}+` : of}</Badge>
      </span>
    </>
  );
}
