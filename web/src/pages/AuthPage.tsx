import type { ReactNode } from "react";
import { Brand } from "../shell/Brand";
import { usePageTitle } from "../shell/usePageTitle";
import { Glimpse } from "./Glimpse";

type AuthPageProps = { title: string; text?: ReactNode; children: ReactNode; footer?: ReactNode };

/** A page before one is in: what it is about, and one column of what to do. */
export function AuthPage({ title, text, children, footer }: AuthPageProps) {
  usePageTitle(title);
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <main className="flex flex-col px-6 pt-[max(1.5rem,env(safe-area-inset-top))] pb-[max(1.5rem,env(safe-area-inset-bottom))] sm:px-12">
        <Brand />
        <div className="m-auto w-full max-w-sm py-10">
          <h1 className="text-balance font-display text-[34px] leading-[1.15] tracking-tight">{title}</h1>
          {text && <div className="mt-2.5 text-pretty text-ink-2">{text}</div>}
          <div className="mt-8">{children}</div>
          {footer && <div className="mt-7 text-ink-2 text-sm">{footer}</div>}
        </div>
      </main>
      <Glimpse />
    </div>
  );
}
