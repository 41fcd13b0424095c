import { type ReactNode, useId } from "react";

type SectionProps = { title: string; text?: ReactNode; children?: ReactNode };

/** One subject of a page. */
export function Section({ title, text, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-line border-b py-6 first:pt-3 last:border-b-0">
      <h2 id={id} className="font-semibold text-base leading-snug">
        {title}
      </h2>
      {text && <div className="mt-1 max-w-prose text-pretty text-ink-2 text-sm">{text}</div>}
      {children && <div className="mt-4">{children}</div>}
    </section>
  );
}
