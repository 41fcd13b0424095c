import type { Settings } from "../../state/settings";
import { cx } from "../../ui/cx";

/** A room in small, in the theme's own colours whichever is in force. */
export function ThemePicture({ theme }: { theme: Settings["theme"] }) {
  return (
    <span className="relative block aspect-[8/5] overflow-hidden rounded-sm border border-line">
      <Room theme={theme === "dark" ? "dark" : "light"} />
      {theme === "system" && <Room theme="dark" className="[clip-path:polygon(100%_0,100%_100%,0_100%)]" />}
    </span>
  );
}

function Room({ theme, className }: { theme: "light" | "dark"; className?: string }) {
  return (
    <span className={cx(theme, "absolute inset-0 grid grid-cols-[28%_1fr] bg-bg", className)}>
      <span className="border-line border-r bg-sunken" />
      <span className="flex flex-col justify-end gap-[7%] p-[9%]">
        <span className="h-[7%] w-3/4 rounded-full bg-ink" />
        <span className="h-[7%] w-1/2 rounded-full bg-ink-2" />
        <span className="h-[7%] w-2/3 rounded-full bg-bot" />
        <span className="h-[16%] w-full rounded-full border border-edge" />
      </span>
    </span>
  );
}
