import { useState } from "react";
import { t } from "../../i18n";
import { changeMe, useMe } from "../../state/session";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { FormProblem } from "../../ui/FormProblem";
import { PasswordInput } from "../../ui/PasswordInput";
import { useSubmit } from "../../ui/useSubmit";
import { complaint } from "../account";
import { Section } from "./Section";
import { tellSaved } from "./saved";

/** The password is asked for once there is something to confirm with it. */
export function Email() {
  const me = useMe();
  const [email, setEmail] = useState(me.email);
  const [password, setPassword] = useState("");
  const { busy, submit, wrong, problem } = useSubmit(["email", "current_password"], async () => {
    await changeMe({ email: email.trim(), current_password: password });
    setEmail(email.trim());
    setPassword("");
    tellSaved();
  });
  const changed = email.trim() !== me.email;
  // Not while it is still being written.
  const [left, setLeft] = useState(false);
  const invalid = left ? complaint("email", email) : undefined;
  return (
    <Section title={t("auth.email")} text={t("auth.email_hint")}>
      <form onSubmit={submit} noValidate className="grid max-w-sm gap-4">
        <Field label={t("settings.email_address")} error={invalid ?? wrong("email")}>
          <Input
            name="email"
            type="email"
            inputMode="email"
            autoComplete="email"
            value={email}
            onChange={(event) => {
              setLeft(false);
              setEmail(event.target.value);
            }}
            onBlur={() => setLeft(true)}
          />
        </Field>
        {changed && (
          <Field
            label={t("settings.current_password")}
            hint={t("settings.email_password_hint")}
            error={wrong("current_password")}
          >
            <PasswordInput
              name="current_password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
        )}
        <FormProblem text={problem} />
        <Button
          type="submit"
          busy={busy}
          disabled={!busy && (!changed || password === "" || complaint("email", email) !== undefined)}
          className="justify-self-start"
        >
          {t("settings.email_change")}
        </Button>
      </form>
    </Section>
  );
}
