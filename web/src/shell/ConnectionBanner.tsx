import { CloudOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { t } from "../i18n";
import { announce } from "../state/announce";
import { retryNow, useConnection } from "../state/connection";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";
import { useSecondsUntil } from "../ui/useSecondsUntil";

/** Says that the connection is away once that has lasted, what becomes of one's words, and when it tries again. */
export function ConnectionBanner() {
  const connection = useConnection();
  const shown = connection.showBanner && connection.kind !== "online";
  const told = useRef(false);

  useEffect(() => {
    if (shown) announce(`${t("shell.offline")} ${t("shell.offline_note")}`);
    else if (told.current) announce(t("shell.online_again"));
    told.current = shown;
  }, [shown]);

  if (!shown) return null;
  const connecting = connection.kind === "connecting";
  return (
    <section
      aria-label={t("shell.offline")}
      className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-warn-wash px-4 py-1.5 text-sm text-warn"
    >
      {connecting ? <Spinner /> : <CloudOff aria-hidden="true" className="size-4" />}
      <p className="min-w-0 flex-1">
        <strong className="font-semibold">{connecting ? t("shell.reconnecting") : t("shell.offline")}</strong>{" "}
        {connection.kind === "offline" && <Countdown until={connection.retryAt} />}{" "}
        <span className="max-sm:hidden">{t("shell.offline_note")}</span>
      </p>
      {!connecting && (
        <Button size="sm" onClick={retryNow}>
          {t("shell.retry_now")}
        </Button>
      )}
    </section>
  );
}

function Countdown({ until }: { until: number }) {
  return <>{t("shell.offline_retry", { count: useSecondsUntil(until) })}</>;
}
