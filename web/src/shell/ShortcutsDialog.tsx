import { t } from "../i18n";
import { useSettings } from "../state/settings";
import { Dialog } from "../ui/Dialog";
import { altKey, commandKey } from "./shortcuts";

type ShortcutsDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function ShortcutsDialog(props: ShortcutsDialogProps) {
  const { enter } = useSettings();
  const send = enter === "send" ? "Enter" : `${commandKey()} Enter`;
  const line = enter === "send" ? "Shift Enter" : "Enter";
  return (
    <Dialog title={t("shell.shortcuts")} size="lg" {...props}>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        <Group
          title={t("shortcuts.anywhere")}
          keys={[
            [t("shortcuts.palette"), `${commandKey()} K`],
            [t("shortcuts.list"), "?"],
            [t("shortcuts.previous_chat"), `${altKey} ↑`],
            [t("shortcuts.next_chat"), `${altKey} ↓`],
            [t("shortcuts.previous_unread"), `${altKey} Shift ↑`],
            [t("shortcuts.next_unread"), `${altKey} Shift ↓`],
          ]}
        />
        <div className="grid content-start gap-6">
          <Group
            title={t("shortcuts.in_chat")}
            keys={[
              [t("shortcuts.send"), send],
              [t("shortcuts.new_line"), line],
              [t("shortcuts.edit_last"), "↑"],
              [t("shortcuts.leave"), "Esc"],
              [t("shortcuts.stop"), `${commandKey()} .`],
            ]}
          />
          <Group
            title={t("shortcuts.on_message")}
            keys={[
              [t("shortcuts.move"), "↑ ↓"],
              [t("shortcuts.reply"), "R"],
              [t("shortcuts.edit"), "E"],
              [t("shortcuts.copy"), "C"],
              [t("shortcuts.delete"), "Del"],
            ]}
          />
        </div>
      </div>
    </Dialog>
  );
}

function Group({ title, keys }: { title: string; keys: [name: string, keys: string][] }) {
  return (
    <section>
      <h3 className="pb-1.5 font-semibold text-sm">{title}</h3>
      <dl>
        {keys.map(([name, press]) => (
          <div
            key={name}
            className="flex items-baseline justify-between gap-4 border-line border-t py-1.5 text-sm"
          >
            <dt className="text-ink-2">{name}</dt>
            <dd className="flex shrink-0 gap-1">
              {press.split(" ").map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded-[5px] border border-line bg-sunken px-1.5 text-center font-sans text-xs leading-5"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
