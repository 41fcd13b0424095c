import { Check } from "lucide-react";
import { t } from "../../i18n";
import { cx } from "../../ui/cx";
import { useSaved } from "./saved";

/** The eye's half of `tellSaved`; the ear hears it from the announcer. */
export function Saved() {
  const isShown = useSaved();
  return (
    <span
      aria-hidden="true"
      className={cx(
        "flex shrink-0 items-center gap-1.5 px-2 text-ok text-sm transition-opacity duration-150",
        !isShown && "opacity-0",
      )}
    >
      <Check className="size-4" />
      {t("settings.saved")}
    </span>
  );
}
