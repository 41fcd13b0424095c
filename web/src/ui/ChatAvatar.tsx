import { Sparkles } from "lucide-react";
import type { ChatId, ChatKind, UserRef } from "../gen/api";
import { Avatar } from "./Avatar";
import { cx } from "./cx";
import { lookOf, tint } from "./look";

type ChatAvatarProps = { chat: { id: ChatId; kind: ChatKind; title: string; peer?: UserRef | null } };

/** A group is a square, a person is a circle, Gemini has its sign: told apart without colour, too. */
export function ChatAvatar({ chat }: ChatAvatarProps) {
  if (chat.peer) return <Avatar user={chat.peer} />;
  const shape = "grid size-9 shrink-0 select-none place-items-center font-semibold text-[13px] leading-none";
  if (chat.kind === "ai") {
    return (
      <span aria-hidden="true" className={cx(shape, "rounded-full bg-bot text-bot-ink")}>
        <Sparkles className="size-[18px]" />
      </span>
    );
  }
  return (
    <span aria-hidden="true" className={cx(shape, "tinted rounded-md")} style={tint(lookOf(chat.id))}>
      {initials(chat.title)}
    </span>
  );
}

/** The first letters of the first two words; a sign of several code points stays whole. */
function initials(title: string): string {
  const words = title.trim().split(/\s+/).slice(0, 2);
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return words
    .map((word) => [...segmenter.segment(word)][0]?.segment ?? "")
    .join("")
    .toLocaleUpperCase();
}
