import { t } from "../i18n";
import { Skeleton } from "../ui/Skeleton";

const WIDTHS = ["w-2/3", "w-1/2", "w-3/4", "w-1/3", "w-3/5"];

/** The shape of a conversation that is being fetched. */
export function Waiting() {
  return (
    <div
      role="log"
      aria-busy="true"
      aria-label={t("room.log")}
      className="flex min-h-0 flex-1 flex-col justify-end gap-5 overflow-hidden px-3 pb-4 sm:px-5"
    >
      {WIDTHS.map((width) => (
        <div key={width} className="flex gap-3">
          <Skeleton className="size-9 shrink-0 rounded-full" />
          <div className="flex flex-1 flex-col gap-2 pt-1">
            <Skeleton className="h-3.5 w-28" />
            <Skeleton className={`h-3.5 ${width}`} />
          </div>
        </div>
      ))}
    </div>
  );
}
