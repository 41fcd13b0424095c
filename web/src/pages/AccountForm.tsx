import { type FormEvent, useState } from "react";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Field, Input } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { PasswordInput } from "../ui/PasswordInput";
import { useFirstWrong } from "../ui/useFirstWrong";
import {
  type Account,
  type AccountField,
  type Complaints,
  complaint,
  complaints,
  noAccount,
  refused,
} from "./account";
import { PasswordHint } from "./PasswordHint";

type AccountFormProps = {
  fields: readonly AccountField[];
  action: string;
  /** Makes the account; whoever is in is taken further by the routes. */
  onSubmit: (account: Account) => Promise<void>;
};

export function AccountForm({ fields, action, onSubmit }: AccountFormProps) {
  const [account, setAccount] = useState(noAccount);
  const [wrong, setWrong] = useState<Complaints>({});
  const [busy, setBusy] = useState(false);
  const toFirstWrong = useFirstWrong();

  async function submit(event: FormEvent<Element>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy) return;
    const found = complaints(account, fields);
    setWrong(found);
    if (Object.keys(found).length > 0) return toFirstWrong(form);
    setBusy(true);
    try {
      await onSubmit(account);
    } catch (cause) {
      setWrong(refused(cause));
      toFirstWrong(form);
    } finally {
      setBusy(false);
    }
  }

  /** What every box has in common. */
  const box = (field: AccountField) => ({
    name: field,
    value: account[field],
    required: field !== "display_name",
    onChange: (event: { target: { value: string } }) => {
      setAccount({ ...account, [field]: event.target.value });
      const { [field]: _, form: __, ...others } = wrong;
      setWrong(others);
    },
    onBlur: () => {
      const found = account[field] && complaint(field, account[field]);
      if (found) setWrong({ ...wrong, [field]: found });
    },
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
      {fields.includes("invite_code") && (
        <Field label={t("auth.invite_code")} hint={t("auth.invite_code_hint")} error={wrong.invite_code}>
          <Input {...box("invite_code")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </Field>
      )}
      <Field label={t("auth.username")} hint={t("auth.username_hint")} error={wrong.username}>
        <Input
          {...box("username")}
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
        />
      </Field>
      <Field label={t("auth.display_name")} hint={t("auth.display_name_hint")} error={wrong.display_name}>
        <Input {...box("display_name")} autoComplete="name" maxLength={64} />
      </Field>
      <Field label={t("auth.email")} hint={t("auth.email_hint")} error={wrong.email}>
        <Input {...box("email")} type="email" inputMode="email" autoComplete="email" />
      </Field>
      <Field
        label={t("auth.password")}
        hint={<PasswordHint password={account.password} />}
        error={wrong.password}
      >
        <PasswordInput {...box("password")} autoComplete="new-password" />
      </Field>
      <FormProblem text={wrong.form} />
      <Button type="submit" variant="primary" busy={busy} className="h-10 w-full">
        {action}
      </Button>
    </form>
  );
}
