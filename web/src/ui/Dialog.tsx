import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { t } from "../i18n";
import { cx } from "./cx";
import { IconButton } from "./IconButton";

type DialogProps = {
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
  footer?: ReactNode;
  size?: "md" | "lg";
};

/** As far down as what one sees first reaches, in pixels. */
const NEAR_TOP = 320;

/** A dialog in the middle of the page; on phones a sheet at its lower edge, where the thumb is. */
export function Dialog({ title, open, onOpenChange, children, footer, size = "md" }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);

  /** A form begins in its first box, if that is near; all else at its top. A touch opens no keyboard over it. */
  function firstFocus(by: string) {
    const box = body.current?.querySelector<HTMLElement>(
      "input:not([type=radio], [type=checkbox]), textarea:not([readonly])",
    );
    const bottomOf = (element: Element) =>
      element.getBoundingClientRect().bottom - (popup.current?.getBoundingClientRect().top ?? 0);
    const begins = box && bottomOf(box) <= NEAR_TOP;
    return begins && by !== "touch" ? box : popup.current;
  }

  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-x-0 top-0 z-40 grid h-(--app-height) items-end justify-items-center overflow-y-auto pt-10 sm:items-center sm:p-6">
          <Base.Popup
            ref={popup}
            initialFocus={firstFocus}
            className={cx(
              "max-h-[calc(var(--app-height)-2.5rem)] w-full scroll-pt-16 scroll-pb-20 overflow-y-auto overscroll-contain rounded-t-lg border border-line bg-surface shadow-pop outline-none sm:max-h-[calc(var(--app-height)-3rem)] sm:rounded-lg",
              "transition-[opacity,translate] duration-150 data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0",
              size === "lg" ? "sm:max-w-2xl" : "sm:max-w-md",
            )}
          >
            <header className="sticky top-0 z-10 flex items-center justify-between gap-3 bg-surface py-3 pr-3 pl-5">
              <Base.Title className="truncate font-display text-xl">{title}</Base.Title>
              <Base.Close render={<IconButton label={t("shell.close")} icon={<X />} />} />
            </header>
            <div
              ref={body}
              className={cx("px-5 pt-0.5", footer ? "pb-4" : "pb-[max(1.25rem,env(safe-area-inset-bottom))]")}
            >
              {children}
            </div>
            {footer && (
              <footer className="sticky bottom-0 z-10 flex flex-wrap justify-end gap-2 border-line border-t bg-surface px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
                {footer}
              </footer>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
