import { Sparkles } from "lucide-react";
import type { UserKind } from "../gen/api";
import { BOT } from "./bot";
import { cx } from "./cx";
import { lookOf, tint } from "./look";

export type AvatarSize = "xs" | "sm" | "md" | "lg";

const sizes: Record<AvatarSize, string> = {
  xs: "size-5 text-[10px] [&>svg]:size-3",
  sm: "size-7 text-[11px] [&>svg]:size-4",
  md: "size-9 text-[13px] [&>svg]:size-[18px]",
  lg: "size-16 text-xl [&>svg]:size-8",
};

type AvatarProps = {
  user: { id: string; username: string; kind?: UserKind };
  size?: AvatarSize;
  /** In a room, where people are to be told apart. */
  look?: number | undefined;
  /** What an agent has chosen for its face, such as an emoji. */
  sign?: string | undefined;
  className?: string;
};

/**
 * A person's initials on a colour of their own, or an agent's sign or initials on the bot's violet.
 * It says nothing to the ear: a name always stands beside it.
 */
export function Avatar({ user, size = "md", look, sign, className }: AvatarProps) {
  const shape = cx(
    "grid shrink-0 select-none place-items-center rounded-full font-semibold leading-none",
    sizes[size],
  );
  if (user.kind === "agent") {
    return (
      <span aria-hidden="true" className={cx(shape, "bg-bot text-bot-ink", className)}>
        {faceOf(user.username, sign, size)}
      </span>
    );
  }
  return (
    <span aria-hidden="true" className={cx(shape, "tinted", className)} style={tint(look ?? lookOf(user.id))}>
      {initials(user.username, size)}
    </span>
  );
}

function faceOf(agent: string, sign: string | undefined, size: AvatarSize) {
  if (agent === BOT) return <Sparkles />;
  return sign ? <span className="text-[1.3em]">{sign}</span> : initials(agent, size);
}

function initials(username: string, size: AvatarSize): string {
  const [first = "", second = ""] = username.split(/[._\-\s]+/);
  const letters = second ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2);
  return letters.toUpperCase().slice(0, size === "xs" ? 1 : 2);
}
