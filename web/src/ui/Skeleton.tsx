import { cx } from "./cx";

/** The shape of what is being fetched. The place that holds it says `aria-busy`. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block animate-pulse rounded-sm bg-hover", className)} />;
}
