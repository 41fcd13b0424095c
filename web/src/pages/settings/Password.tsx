import { useState } from "react";
import { t } from "../../i18n";
import { changePassword } from "../../queries";
import { useMe } from "../../state/session";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { FormProblem } from "../../ui/FormProblem";
import { PasswordInput } from "../../ui/PasswordInput";
import { useSubmit } from "../../ui/useSubmit";
import { complaint } from "../account";
import { PasswordHint } from "../PasswordHint";
import { Section } from "./Section";
import { tellSaved } from "./saved";

export default function Password() {
  const { username } = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [left, setLeft] = useState(false);
  const [changed, setChanged] = useState(false);
  const { busy, submit, wrong, problem } = useSubmit(["current_password", "new_password"], async () => {
    setChanged(false);
    await changePassword(current, next);
    setCurrent("");
    setNext("");
    setLeft(false);
    setChanged(true);
    tellSaved();
  });
  const invalid = next === "" ? undefined : complaint("password", next);
  return (
    <Section title={t("settings.password_title")} text={t("settings.password_text")}>
      <form onSubmit={submit} noValidate className="grid max-w-sm gap-4">
        {/* Password managers keep the new one under this name. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <Field label={t("settings.current_password")} error={wrong("current_password")}>
          <PasswordInput
            name="current_password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field
          label={t("settings.new_password")}
          hint={<PasswordHint password={next} />}
          error={(left ? invalid : undefined) ?? wrong("new_password")}
        >
          <PasswordInput
            name="new_password"
            autoComplete="new-password"
            value={next}
            onChange={(event) => {
              setLeft(false);
              setNext(event.target.value);
            }}
            onBlur={() => setLeft(true)}
          />
        </Field>
        <FormProblem text={problem} />
        <Button
          type="submit"
          variant="primary"
          busy={busy}
          disabled={!busy && (current === "" || next === "" || invalid !== undefined)}
          className="justify-self-start"
        >
          {t("settings.password_change")}
        </Button>
        {changed && <p className="text-ok text-sm">{t("settings.password_changed")}</p>}
      </form>
    </Section>
  );
}
