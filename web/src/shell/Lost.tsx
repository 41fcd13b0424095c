import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { t } from "../i18n";
import { Button, buttonClass } from "../ui/Button";

/** An address that is nobody's. */
export function Lost() {
  return (
    <Dead title={t("shell.not_found")} text={t("shell.not_found_text")}>
      <Link to="/" className={buttonClass("primary")}>
        {t("shell.go_home")}
      </Link>
    </Dead>
  );
}

/** A page that could not be fetched or drawn. */
export function Troubled() {
  return (
    <Dead title={t("shell.broken")} text={t("shell.broken_text")}>
      <Button variant="primary" onClick={() => location.reload()}>
        {t("shell.reload")}
      </Button>
    </Dead>
  );
}

type DeadProps = { title: string; text: string; children: ReactNode };

function Dead({ title, text, children }: DeadProps) {
  return (
    <main className="grid min-h-full place-items-center p-6 text-center">
      <div className="max-w-sm">
        <h1 className="text-balance font-display text-[28px] leading-tight tracking-tight">{title}</h1>
        <p className="mt-2 mb-6 text-pretty text-ink-2">{text}</p>
        {children}
      </div>
    </main>
  );
}
