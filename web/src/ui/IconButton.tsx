import type { ComponentProps, ReactElement } from "react";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & {
  /** Its name, for the ear and under the pointer. */
  label: string;
  icon: ReactElement;
  size?: "sm" | "md";
};

/** A square button with a picture. Its name is always there, and shows on hover and focus. */
export function IconButton({
  label,
  icon,
  size = "md",
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <button
        aria-label={label}
        {...rest}
        type={type}
        className={cx(
          "inline-grid shrink-0 cursor-pointer place-items-center rounded-sm text-ink-2 transition-colors duration-100",
          "enabled:hover:bg-hover enabled:hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink",
          "disabled:cursor-default disabled:opacity-50 pointer-coarse:size-11 aria-pressed:bg-hover aria-pressed:text-ink",
          size === "sm" ? "size-7 [&>svg]:size-4" : "size-9 [&>svg]:size-[18px]",
          className,
        )}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
