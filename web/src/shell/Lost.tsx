import { Link } from "@tanstack/react-router";
import { Compass, RotateCw } from "lucide-react";
import { t } from "../i18n";
import { Button, buttonClass } from "../ui/Button";
import { Empty } from "../ui/Empty";

/** An address that is nobody's. */
export function Lost() {
  return (
    <main className="grid h-dvh place-items-center">
      <Empty
        icon={<Compass />}
        title={t("shell.not_found")}
        text={t("shell.not_found_text")}
        action={
          <Link to="/" className={buttonClass("primary")}>
            {t("shell.go_home")}
          </Link>
        }
      />
    </main>
  );
}

/** A page that could not be fetched or drawn. */
export function Troubled() {
  return (
    <div className="grid h-full place-items-center">
      <Empty
        icon={<RotateCw />}
        title={t("shell.broken")}
        text={t("shell.broken_text")}
        action={
          <Button variant="primary" onClick={() => location.reload()}>
            {t("shell.reload")}
          </Button>
        }
      />
    </div>
  );
}
