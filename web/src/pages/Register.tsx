import { Link } from "@tanstack/react-router";
import { problemText, t } from "../i18n";
import { register } from "../state/session";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { Spinner } from "../ui/Spinner";
import { AccountForm } from "./AccountForm";
import { AuthPage } from "./AuthPage";
import type { Account, AccountField } from "./account";
import { InvitedBy } from "./InvitedBy";
import { useRegistration } from "./useRegistration";

const open: readonly AccountField[] = ["username", "display_name", "email", "password"];
const invited: readonly AccountField[] = ["invite_code", ...open];

type RegisterProps = { next: string | undefined };

export function Register({ next }: RegisterProps) {
  const registration = useRegistration();
  const toSignIn = (
    <>
      {t("auth.have_account")}{" "}
      <Link to="/login" search={next ? { next } : {}} className="link">
        {t("auth.sign_in")}
      </Link>
    </>
  );

  if (registration.data === "closed") {
    return (
      <AuthPage title={t("auth.closed_title")} text={t("auth.closed_text")}>
        <p className="text-sm">{toSignIn}</p>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title={t("auth.register_title")}
      text={<InvitedBy next={next} otherwise={t("auth.register_text")} />}
      footer={toSignIn}
    >
      {registration.isPending && <Spinner label={t("shell.loading")} />}
      {registration.isError && (
        <div className="grid justify-items-start gap-4">
          <FormProblem text={problemText(registration.error)} />
          <Button onClick={() => void registration.refetch()}>{t("auth.try_again")}</Button>
        </div>
      )}
      {registration.isSuccess && (
        <AccountForm
          fields={registration.data === "invite" ? invited : open}
          action={t("auth.register")}
          onSubmit={(account) => register(registrationOf(account))}
        />
      )}
    </AuthPage>
  );
}

function registrationOf({ username, display_name, email, password, invite_code }: Account) {
  return {
    username,
    email: email.trim(),
    password,
    ...(display_name.trim() && { display_name: display_name.trim() }),
    ...(invite_code.trim() && { invite_code: invite_code.trim() }),
  };
}
