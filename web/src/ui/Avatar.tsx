import { Sparkles } from "lucide-react";
import type { CSSProperties } from "react";
import type { UserKind } from "../gen/api";
import { cx } from "./cx";

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
  className?: string;
};

/**
 * A person's initials on a colour of their own, or the bot's sign on the bot's violet.
 * It says nothing to the ear: a name always stands beside it.
 */
export function Avatar({ user, size = "md", className }: AvatarProps) {
  const shape = cx(
    "grid shrink-0 select-none place-items-center rounded-full font-semibold leading-none",
    sizes[size],
  );
  if (user.kind === "agent") {
    return (
      <span aria-hidden="true" className={cx(shape, "bg-bot text-bot-ink", className)}>
        <Sparkles />
      </span>
    );
  }
  return (
    <span aria-hidden="true" className={cx(shape, "tinted", className)} style={tint(user.id)}>
      {initials(user.username).slice(0, size === "xs" ? 1 : 2)}
    </span>
  );
}

const HUES = 11;

/** The look that belongs to an id, for elements of the class `tinted`: a hue, pale or deep. */
export function tint(id: string): CSSProperties {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  // The ids of those who came together differ in few places; each of these has to change all of it.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 16;
  // Round the wheel in steps that an eye tells apart, without the violet third that belongs to the bot.
  const hue = (350 + (hash % HUES) * 24) % 360;
  const deep = Math.floor(hash / HUES) % 2 === 1;
  return { "--hue": hue, ...(deep && DEEP) } as CSSProperties;
}

const DEEP = { "--tint-bg": "var(--deep-bg)", "--tint-ink": "var(--deep-ink)" };

function initials(username: string): string {
  const [first = "", second = ""] = username.split(/[._\-\s]+/);
  const letters = second ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2);
  return letters.toUpperCase();
}
