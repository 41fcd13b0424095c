import { BellOff, BellRing, LockOpen } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { t } from "../../i18n";
import { askPermission, usePermission } from "../../state/notify";
import { setSetting, useSettings } from "../../state/settings";
import { Button } from "../../ui/Button";
import { Switch } from "../../ui/Switch";
import { tellSaved } from "./saved";

/** Whether this browser may notify, and what one can do about it. */
export function NotifyPermission() {
  const permission = usePermission();
  const { notifications } = useSettings();
  switch (permission) {
    case "granted":
      return (
        <Switch
          label={t("settings.notify_show")}
          hint={t("settings.notify_show_hint")}
          checked={notifications}
          onCheckedChange={turn}
        />
      );
    case "default":
      return (
        <State icon={<BellRing />} text={t("settings.notify_ask_text")}>
          <Button variant="primary" onClick={() => void ask()}>
            {t("settings.notify_ask")}
          </Button>
        </State>
      );
    case "denied":
      return (
        <State
          icon={<BellOff />}
          title={t("settings.notify_denied")}
          text={t("settings.notify_denied_text")}
        />
      );
    case "unsupported":
      return window.isSecureContext ? (
        <State
          icon={<BellOff />}
          title={t("settings.notify_missing")}
          text={t("settings.notify_missing_text")}
        />
      ) : (
        <State
          icon={<LockOpen />}
          title={t("settings.notify_insecure")}
          text={t("settings.notify_insecure_text", { origin: location.origin })}
        />
      );
  }
}

function turn(on: boolean): void {
  setSetting("notifications", on);
  tellSaved();
}

async function ask(): Promise<void> {
  // Whoever asks for them wants them, even if they were turned off here before.
  if ((await askPermission()) === "granted") turn(true);
}

type StateProps = { icon: ReactElement; title?: string; text: string; children?: ReactNode };

function State({ icon, title, text, children }: StateProps) {
  return (
    <div className="flex max-w-prose gap-3.5 rounded-md border border-line bg-sunken p-4 text-sm">
      <span aria-hidden="true" className="mt-0.5 shrink-0 text-ink-2 [&>svg]:size-5 [&>svg]:stroke-[1.5]">
        {icon}
      </span>
      <div className="min-w-0">
        {title && <p className="mb-0.5 font-medium">{title}</p>}
        <p className="text-pretty text-ink-2">{text}</p>
        {children && <div className="mt-3">{children}</div>}
      </div>
    </div>
  );
}
