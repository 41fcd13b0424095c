import { useId, useState } from "react";
import { t } from "../../i18n";
import { deleteAccount } from "../../queries";
import { useMe } from "../../state/session";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { FormProblem } from "../../ui/FormProblem";
import { PasswordInput } from "../../ui/PasswordInput";
import { useSubmit } from "../../ui/useSubmit";
import { Section } from "./Section";

export function DeleteAccount() {
  const { username } = useMe();
  const [open, setOpen] = useState(false);
  const form = useId();
  const [password, setPassword] = useState("");
  // Whoever is out is led to the log-in by the routes.
  const { busy, submit, wrong, problem } = useSubmit(["password"], () => deleteAccount(password));
  return (
    <Section title={t("settings.delete")} text={t("settings.delete_about")}>
      <Button onClick={() => setOpen(true)} className="text-err!">
        {t("settings.delete_open")}
      </Button>
      <Dialog
        title={t("settings.delete_title")}
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          setPassword("");
        }}
        footer={
          <>
            <Button variant="quiet" onClick={() => setOpen(false)}>
              {t("shell.cancel")}
            </Button>
            <Button variant="danger" type="submit" form={form} busy={busy} disabled={password === ""}>
              {t("settings.delete_do")}
            </Button>
          </>
        }
      >
        <ul className="mb-5 grid list-disc gap-1.5 pl-5 text-pretty text-ink-2 text-sm marker:text-edge">
          <li>{t("settings.delete_chats")}</li>
          <li>{t("settings.delete_messages", { username })}</li>
          <li>{t("settings.delete_name", { username })}</li>
          <li>{t("settings.delete_final")}</li>
        </ul>
        <form id={form} onSubmit={submit} noValidate className="grid gap-4">
          <Field label={t("settings.current_password")} error={wrong("password")}>
            <PasswordInput
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          <FormProblem text={problem} />
        </form>
      </Dialog>
    </Section>
  );
}
