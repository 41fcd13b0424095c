import { ArrowUp, Check } from "lucide-react";
import { t } from "../i18n";
import { Tooltip } from "../ui/Tooltip";

type SendButtonProps = { purpose: "send" | "save"; disabled: boolean };

export function SendButton({ purpose, disabled }: SendButtonProps) {
  const label = purpose === "save" ? t("composer.save") : t("composer.send");
  const Icon = purpose === "save" ? Check : ArrowUp;
  return (
    <Tooltip label={label}>
      <button
        type="submit"
        aria-label={label}
        disabled={disabled}
        // The box keeps the focus, and a phone its keyboard.
        onMouseDown={(event) => event.preventDefault()}
        className="grid size-9 shrink-0 cursor-pointer place-items-center rounded-sm bg-accent text-accent-ink transition-colors duration-100 enabled:hover:bg-accent-press disabled:cursor-default disabled:bg-hover disabled:text-ink-2 pointer-coarse:size-11"
      >
        <Icon className="size-[18px]" aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
