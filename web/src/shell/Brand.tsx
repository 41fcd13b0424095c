import { useId } from "react";
import { t } from "../i18n";
import { cx } from "../ui/cx";

/** Two that overlap: people, and the bot among them; where they meet, an idea. */
export function Mark({ className }: { className?: string }) {
  const lens = useId();
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={cx("size-7 shrink-0", className)}>
      <clipPath id={lens}>
        <circle cx="12.5" cy="16" r="10.5" />
      </clipPath>
      <circle cx="12.5" cy="16" r="10.5" className="fill-accent" />
      <circle cx="19.5" cy="16" r="10.5" className="fill-bot" />
      <circle cx="19.5" cy="16" r="10.5" clipPath={`url(#${lens})`} className="fill-overlap" />
      <path
        d="M16 9.5c.7 4 2.2 5.6 5 6.5-2.8.9-4.3 2.5-5 6.5-.7-4-2.2-5.6-5-6.5 2.8-.9 4.3-2.5 5-6.5z"
        className="fill-spark"
      />
    </svg>
  );
}

export function Brand({ className }: { className?: string }) {
  return (
    <span className={cx("flex items-center gap-2.5", className)}>
      <Mark />
      <span className="font-display font-semibold text-[19px] leading-none tracking-tight">
        {t("shell.app")}
      </span>
    </span>
  );
}
