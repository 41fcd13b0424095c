import { type PointerEvent, useCallback, useEffect, useRef } from "react";

const HOLD_MS = 450;
const SLACK_PX = 10;

type Handlers = {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
};

/** A finger that rests. Not `contextmenu`, which iOS never sends. */
export function useLongPress(onHold: () => void): Handlers {
  const hold = useRef<{ timer: number; x: number; y: number }>(undefined);
  const end = useCallback(() => {
    clearTimeout(hold.current?.timer);
    hold.current = undefined;
  }, []);
  useEffect(() => end, [end]);
  return {
    onPointerDown: (event) => {
      end();
      if (event.pointerType !== "touch" || !event.isPrimary) return;
      // A link, a button or a code block has a long press of its own.
      if (event.target instanceof Element && event.target.closest("a, button, pre")) return;
      hold.current = { timer: window.setTimeout(onHold, HOLD_MS), x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event) => {
      const { x, y } = hold.current ?? { x: event.clientX, y: event.clientY };
      if (Math.hypot(event.clientX - x, event.clientY - y) > SLACK_PX) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
