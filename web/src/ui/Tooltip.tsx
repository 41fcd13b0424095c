import { cloneElement, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const DELAY_MS = 400;
const GAP = 6;
const EDGE = 8;

type TooltipProps = { label: string; children: ReactElement<Record<string, unknown>> };

/** Names its child on hover and focus. It is a hint for the eye: the child carries its own accessible name. */
export function Tooltip({ label, children }: TooltipProps) {
  return cloneElement(children, { "data-tip": label });
}

type Hint = { of: HTMLElement; text: string };

/**
 * Shows the hints of the whole page; once, near the root. An attribute and one listener: Base UI's tooltip would
 * put a fifth of the first page's budget into it, and each row of icon buttons would pay again.
 */
export function TooltipHost() {
  const [hint, setHint] = useState<Hint>();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      setHint(undefined);
    };
    const show = (target: EventTarget | null, afterMs: number) => {
      hide();
      const of = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
      const text = of?.dataset["tip"];
      // What its press opened lies where the hint would.
      if (of?.getAttribute("aria-expanded") === "true") return;
      if (of && text) timer = setTimeout(() => setHint({ of, text }), afterMs);
    };
    const over = (event: PointerEvent) => {
      if (event.pointerType === "mouse") show(event.target, DELAY_MS);
    };
    const focus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event.target, 0);
    };
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener("pointerover", over, { signal });
    addEventListener("focusin", focus, { signal });
    for (const type of ["focusout", "pointerdown", "keydown", "blur"])
      addEventListener(type, hide, { signal });
    addEventListener("scroll", hide, { signal, capture: true, passive: true });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);

  return hint && <Popup key={hint.text} hint={hint} />;
}

function Popup({ hint }: { hint: Hint }) {
  const popup = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const box = popup.current;
    if (!box) return;
    const of = hint.of.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const above = of.top - height - GAP;
    const middle = of.left + (of.width - width) / 2;
    box.style.top = `${above < EDGE ? of.bottom + GAP : above}px`;
    box.style.left = `${Math.max(EDGE, Math.min(middle, innerWidth - width - EDGE))}px`;
  }, [hint]);

  // In the body: dialogs are there, too, and would cover it.
  return createPortal(
    <div
      ref={popup}
      aria-hidden="true"
      className="pointer-events-none fixed z-50 w-max max-w-72 rounded-sm bg-ink px-2 py-1 text-bg text-xs shadow-pop"
    >
      {hint.text}
    </div>,
    document.body,
  );
}
