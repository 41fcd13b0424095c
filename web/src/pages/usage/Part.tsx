import { type ReactNode, useId } from "react";

type PartProps = { title: string; text?: string; actions?: ReactNode; children: ReactNode };

/** One subject of the usage, with what one can do with it beside its title. */
export function Part({ title, text, actions, children }: PartProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-line border-b py-6 last:border-b-0">
      <header className="mb-3 flex @max-md:flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="font-semibold text-base leading-snug">
            {title}
          </h2>
          {text && <p className="mt-0.5 max-w-prose text-pretty text-ink-2 text-sm">{text}</p>}
        </div>
        {actions && <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
