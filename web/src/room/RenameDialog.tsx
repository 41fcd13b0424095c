import { type FormEvent, useRef, useState } from "react";
import { problemText, t } from "../i18n";
import { renameChat } from "../state/chats";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Input } from "../ui/Field";
import type { RoomDialogProps } from "./RoomDialogs";

/** As the server has it. */
const NAME_CHARS = 100;

export default function RenameDialog({ entry, open, onOpenChange }: RoomDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  async function rename(event: FormEvent) {
    event.preventDefault();
    const name = input.current?.value.trim() ?? "";
    setBusy(true);
    setError(undefined);
    try {
      if (name !== entry.name) await renameChat(entry.id, name);
      onOpenChange(false);
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t("members.rename_title")} open={open} onOpenChange={onOpenChange}>
      <form onSubmit={(event) => void rename(event)} className="flex flex-col gap-4">
        <Field label={t("members.name")} error={error}>
          <Input
            ref={input}
            defaultValue={entry.name ?? entry.title}
            maxLength={NAME_CHARS}
            required
            autoComplete="off"
            onFocus={(event) => event.currentTarget.select()}
          />
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>{t("shell.cancel")}</Button>
          <Button type="submit" variant="primary" busy={busy}>
            {t("members.rename_do")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
