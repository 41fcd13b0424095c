import { Link } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { problemText, t } from "../i18n";
import { signIn } from "../state/session";
import { Button } from "../ui/Button";
import { Field, Input } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { PasswordInput } from "../ui/PasswordInput";
import { AuthPage } from "./AuthPage";
import { InvitedBy } from "./InvitedBy";
import { useRegistration } from "./useRegistration";

type SignInProps = { next: string | undefined };

export function SignIn({ next }: SignInProps) {
  const registration = useRegistration();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setWrong(undefined);
    try {
      await signIn(username.trim(), password);
    } catch (cause) {
      setWrong(problemText(cause));
      box.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  return (
    <AuthPage
      title={t("auth.sign_in_title")}
      text={<InvitedBy next={next} otherwise={t("auth.sign_in_text")} />}
      footer={
        registration.data !== "closed" && (
          <>
            {t("auth.no_account")}{" "}
            <Link to="/register" search={next ? { next } : {}} className="link">
              {t("auth.register")}
            </Link>
          </>
        )
      }
    >
      <form onSubmit={(event) => void submit(event)} className="grid gap-5">
        <Field label={t("auth.login_name")}>
          <Input
            name="username"
            required
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
          />
        </Field>
        <Field label={t("auth.password")}>
          <PasswordInput
            ref={box}
            name="password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
          />
        </Field>
        <FormProblem text={wrong} />
        <Button type="submit" variant="primary" busy={busy} className="h-10 w-full">
          {t("auth.sign_in")}
        </Button>
      </form>
    </AuthPage>
  );
}
