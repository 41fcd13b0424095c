import { LoaderCircle } from "lucide-react";
import { cx } from "./cx";

/** Turns while something is under way. With a label it also says so to the ear. */
export function Spinner({ label, className }: { label?: string; className?: string }) {
  const wheel = <LoaderCircle aria-hidden="true" className={cx("size-4 animate-spin", className)} />;
  if (!label) return wheel;
  return (
    <span role="status" className="inline-grid">
      {wheel}
      <span className="sr-only">{label}</span>
    </span>
  );
}
