import type { ReactNode } from "react";
import { cx } from "./cx";

export type BadgeTone = "neutral" | "accent" | "bot" | "warn";

const tones: Record<BadgeTone, string> = {
  neutral: "bg-hover text-ink-2",
  accent: "bg-accent text-accent-ink",
  bot: "bg-bot-wash text-bot",
  warn: "bg-warn-wash text-warn",
};

type BadgeProps = { tone?: BadgeTone; children: ReactNode; className?: string };

/** A count or a word beside a name. */
export function Badge({ tone = "neutral", children, className }: BadgeProps) {
  return (
    <span
      className={cx(
        "inline-grid h-5 min-w-5 shrink-0 place-items-center rounded-full px-1.5 font-semibold text-[11px] tabular-nums leading-none",
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
