import type { ComponentProps } from "react";
import { cx } from "./cx";
import { Spinner } from "./Spinner";

export type ButtonVariant = "primary" | "plain" | "quiet" | "danger";
export type ButtonSize = "sm" | "md";

const base =
  "inline-flex shrink-0 cursor-pointer select-none items-center justify-center gap-2 rounded-sm font-medium leading-none transition-colors duration-100 disabled:cursor-default disabled:opacity-50 aria-disabled:cursor-default pointer-coarse:min-h-11";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-accent-ink enabled:hover:bg-accent-press",
  plain: "border border-edge bg-surface text-ink enabled:hover:bg-hover data-popup-open:bg-hover",
  quiet:
    "text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink",
  danger: "bg-err text-err-ink enabled:hover:bg-err-press",
};

const sizes: Record<ButtonSize, string> = {
  sm: "h-8 px-2.5 text-[13px]",
  md: "h-9 px-3.5 text-sm",
};

/** The look of a button, for a link that leads somewhere. */
export function buttonClass(variant: ButtonVariant = "plain", size: ButtonSize = "md"): string {
  return cx(base, variants[variant].replaceAll("enabled:", ""), sizes[size]);
}

type ButtonProps = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Its action is under way: shows it and takes no second press, but keeps the focus. */
  busy?: boolean;
};

export function Button({
  variant = "plain",
  size = "md",
  busy = false,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
      className={cx(base, variants[variant], sizes[size], className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
