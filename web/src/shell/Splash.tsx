import { t } from "../i18n";
import { Mark } from "./Brand";

/** While nobody knows yet who is here. It comes into sight only when that takes long. */
export function Splash() {
  return (
    <div role="status" className="late grid h-full place-items-center">
      <Mark className="size-12 animate-pulse" />
      <span className="sr-only">{t("shell.starting")}</span>
    </div>
  );
}
