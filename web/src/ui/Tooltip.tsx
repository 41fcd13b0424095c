import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

// One popup for the whole app: a row of twenty icon buttons costs twenty listeners, not twenty popups.
const shared = Base.createHandle<string>();

type TooltipProps = { label: string; children: ReactElement<Record<string, unknown>> };

/** Names its child on hover and focus. It is a hint for the eye: the child carries its own accessible name. */
export function Tooltip({ label, children }: TooltipProps) {
  return <Base.Trigger handle={shared} payload={label} delay={400} render={children} />;
}

/** Where the hints appear; once, near the root. */
export function TooltipHost() {
  return (
    <Base.Provider>
      <Base.Root handle={shared}>
        {({ payload }) => (
          <Base.Portal>
            <Base.Positioner sideOffset={6} collisionPadding={8} className="z-50">
              <Base.Popup className="max-w-72 rounded-sm bg-ink px-2 py-1 text-bg text-xs shadow-pop transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0 data-instant:transition-none">
                {payload}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        )}
      </Base.Root>
    </Base.Provider>
  );
}
