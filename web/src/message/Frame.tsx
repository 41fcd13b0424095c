import {
  type FocusEvent,
  type KeyboardEvent,
  lazy,
  type PointerEvent,
  type ReactNode,
  useRef,
  useState,
} from "react";
import type { Message } from "../gen/api";
import { withPageTexts } from "../i18n";
import { cx } from "../ui/cx";
import { Actions } from "./Actions";
import { type Action, actionsFor } from "./actions";
import { pressed } from "./labels";
import { useRoom } from "./room";
import { useLongPress } from "./useLongPress";
import { usePerform } from "./usePerform";

type FrameProps = {
  /** What one can do something with; a post that is on its way is not there yet. */
  message: Message | undefined;
  /** The element that names the row: its author and time. */
  labelledBy: string;
  grouped: boolean;
  flash: boolean;
  className?: string;
  children: ReactNode;
};

// The menu waits for it, and opens whole.
const Spent = lazy(() => withPageTexts(import("./Spent")));

const NOTHING: readonly Action[] = [];

/** A row: an article that can take the focus, with a bar and a menu, a long press, and keys while it has the focus. */
export function Frame({ message, labelledBy, grouped, flash, className, children }: FrameProps) {
  const room = useRoom();
  const perform = usePerform(message);
  const row = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const [open, setOpen] = useState(false);
  const hold = useLongPress(() => setOpen(true));
  const allowed = message && (hovered || focused || open) ? actionsFor(message, room) : NOTHING;

  function openMenu(next: boolean) {
    setOpen(next);
    // Now, and not by the menu once it is gone: by then a reply or an edit has taken the focus to the text box.
    if (!next) row.current?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    // Only the row itself: a link or a button in it has keys of its own.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = pressed(event.key, allowed);
    const menu = ["Enter", "ContextMenu"].includes(event.key) || (event.shiftKey && event.key === "F10");
    if (!action && (!menu || allowed.length === 0)) return;
    event.preventDefault();
    if (action) perform(action);
    else setOpen(true);
  }

  return (
    <article
      {...hold}
      ref={row}
      aria-labelledby={labelledBy}
      // What has the focus is in the order of the Tab key, so that Tab leads on from here.
      tabIndex={focused ? 0 : -1}
      data-flash={flash || undefined}
      onKeyDown={onKeyDown}
      onPointerEnter={(event: PointerEvent) => setHovered(event.pointerType !== "touch")}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event: FocusEvent) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      className={cx(
        "row group/row relative flex gap-3 px-3 pb-0.5 focus-visible:-outline-offset-2 sm:px-5 pointer-coarse:select-none",
        grouped ? "pt-0.5" : "pt-2.5 group-data-[density=compact]/log:pt-1",
        className,
      )}
    >
      {children}
      {allowed.length > 0 && (
        <Actions
          {...{ allowed, perform, open }}
          onOpenChange={openMenu}
          note={message?.run?.usage && <Spent id={message.id} run={message.run} />}
        />
      )}
    </article>
  );
}
