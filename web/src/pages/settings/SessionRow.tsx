import { Monitor, Smartphone, SquareTerminal } from "lucide-react";
import { useState } from "react";
import type { Session } from "../../gen/api";
import { formatAgo, formatFull, problemText, t } from "../../i18n";
import { endSessions } from "../../queries";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { type Device, deviceOf } from "./device";
import { tellSaved } from "./saved";

const icons = { desktop: Monitor, mobile: Smartphone, program: SquareTerminal };

export function SessionRow({ session }: { session: Session }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const device = deviceOf(session.user_agent);
  const Icon = icons[device.kind];
  const name = nameOf(device);

  async function end() {
    setBusy(true);
    setProblem(undefined);
    try {
      await endSessions([session.id]);
      tellSaved();
    } catch (cause) {
      setProblem(problemText(cause));
      setBusy(false);
    }
  }

  return (
    <li className="flex flex-wrap items-center gap-x-3.5 gap-y-2 px-3.5 py-3">
      <Icon aria-hidden="true" className="size-5 shrink-0 stroke-[1.5] text-ink-2" />
      <div className="min-w-0 flex-1 basis-40">
        <p className="mb-0.5 flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium text-sm" title={session.user_agent ?? undefined}>
            {name}
          </span>
          {session.current && <Badge tone="accent">{t("settings.this_device")}</Badge>}
        </p>
        <p className="text-[13px] text-ink-2 leading-snug">
          {session.current ? (
            t("settings.active_now")
          ) : (
            <time dateTime={session.last_used_at} title={formatFull(session.last_used_at)}>
              {t("settings.last_used", { when: formatAgo(session.last_used_at) })}
            </time>
          )}
          {" · "}
          <time dateTime={session.created_at} title={formatFull(session.created_at)}>
            {t("settings.since", { when: formatAgo(session.created_at) })}
          </time>
        </p>
        {problem && (
          <p role="alert" className="text-[13px] text-err">
            {problem}
          </p>
        )}
      </div>
      {!session.current && (
        <Button size="sm" busy={busy} onClick={() => void end()} aria-label={t("settings.end_of", { name })}>
          {t("shell.sign_out")}
        </Button>
      )}
    </li>
  );
}

function nameOf({ browser, system }: Device): string {
  if (browser && system) return t("settings.device", { browser, system });
  return browser ?? system ?? t("settings.device_unknown");
}
