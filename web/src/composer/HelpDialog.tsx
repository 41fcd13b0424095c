import type { ReactNode } from "react";
import { t } from "../i18n";
import { openOverlay } from "../state/overlay";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { offered, type Place } from "./commands";

type HelpDialogProps = { place: Place; open: boolean; onOpenChange: (open: boolean) => void };

/** What one can type in this chat. */
export default function HelpDialog({ place, open, onOpenChange }: HelpDialogProps) {
  function shortcuts() {
    onOpenChange(false);
    openOverlay({ kind: "shortcuts" });
  }

  return (
    <Dialog
      title={t("composer.help")}
      open={open}
      onOpenChange={onOpenChange}
      footer={<Button onClick={shortcuts}>{t("composer.shortcuts")}</Button>}
    >
      <dl className="text-sm">
        {offered(place).map((command) => (
          <Line key={command.name} term={`/${command.name}`} rest={command.argument && t(command.argument)}>
            {t(command.about)}
          </Line>
        ))}
        <Line term="@" rest={t("composer.argument_name")}>
          {t("composer.about_mention")}
        </Line>
        <Line term="//">{t("composer.about_escape")}</Line>
      </dl>
    </Dialog>
  );
}

function Line({ term, rest, children }: { term: string; rest?: string | undefined; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-6 border-line border-t py-2 first:border-t-0">
      <dt>
        <span className="font-medium">{term}</span>
        {rest && <span className="text-ink-2"> {rest}</span>}
      </dt>
      <dd className="text-ink-2">{children}</dd>
    </div>
  );
}
