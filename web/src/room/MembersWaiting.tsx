import { Skeleton } from "../ui/Skeleton";

const WIDTHS = ["w-24", "w-32", "w-20"];

/** The shape of the list while it is fetched. */
export function MembersWaiting() {
  return (
    <div aria-busy="true" className="p-3">
      <Skeleton className="h-9 pointer-coarse:h-11" />
      <div className="flex flex-col gap-3 px-1 pt-8">
        {WIDTHS.map((width) => (
          <div key={width} className="flex items-center gap-2.5">
            <Skeleton className="size-9 shrink-0 rounded-full" />
            <Skeleton className={`h-3.5 ${width}`} />
          </div>
        ))}
      </div>
    </div>
  );
}
