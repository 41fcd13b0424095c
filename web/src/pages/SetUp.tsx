import { Link } from "@tanstack/react-router";
import { t } from "../i18n";
import { setUp } from "../state/session";
import { AccountForm } from "./AccountForm";
import { AuthPage } from "./AuthPage";
import type { AccountField } from "./account";

const fields: readonly AccountField[] = ["username", "display_name", "email", "password"];

type SetUpProps = { token: string | undefined };

/** The first page that anybody sees of a new server: it makes the administrator. */
export function SetUp({ token }: SetUpProps) {
  if (!token) {
    return (
      <AuthPage title={t("auth.set_up_no_token_title")} text={t("auth.set_up_no_token")}>
        <Link to="/login" className="link text-sm">
          {t("auth.sign_in")}
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t("auth.set_up_title")} text={t("auth.set_up_text")}>
      <AccountForm
        fields={fields}
        action={t("auth.set_up")}
        onSubmit={({ username, display_name, email, password }) =>
          setUp({
            token,
            username,
            email: email.trim(),
            password,
            ...(display_name.trim() && { display_name: display_name.trim() }),
          })
        }
      />
    </AuthPage>
  );
}
