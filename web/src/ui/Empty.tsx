import type { ReactElement, ReactNode } from "react";

type EmptyProps = { icon: ReactElement; title: string; text?: ReactNode; action?: ReactNode };

/** What stands where nothing is yet: what this place is for, and the first step. */
export function Empty({ icon, title, text, action }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-10 text-center">
      <span aria-hidden="true" className="mb-1 text-ink-2 [&>svg]:size-7 [&>svg]:stroke-[1.5]">
        {icon}
      </span>
      <h2 className="font-display text-xl">{title}</h2>
      {text && <div className="text-pretty text-ink-2 text-sm">{text}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
