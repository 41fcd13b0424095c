import { useNavigate } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import type { InvitePreview } from "../gen/api";
import { formatAgo, problemText, t } from "../i18n";
import { acceptInvite, useInvitePreview } from "../queries";
import { useSession } from "../state/session";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { Spinner } from "../ui/Spinner";
import { Problem } from "../wire/api";
import { AuthPage } from "./AuthPage";
import { forgetJoin, intendsToJoin, intendToJoin } from "./joinIntent";

type JoinProps = { code: string };

/** What an invitation link opens: who invites, where to, and the way in. */
export function Join({ code }: JoinProps) {
  const preview = useInvitePreview(code);
  if (preview.data) return <Invitation code={code} preview={preview.data} />;
  if (preview.error instanceof Problem && preview.error.code === "not_found") return <Dead />;
  return (
    <AuthPage title={preview.isError ? t("auth.join_failed_title") : t("shell.loading")}>
      {preview.isError ? (
        <div className="grid justify-items-start gap-4">
          <FormProblem text={problemText(preview.error)} />
          <Button onClick={() => void preview.refetch()}>{t("auth.try_again")}</Button>
        </div>
      ) : (
        <Spinner label={t("shell.loading")} />
      )}
    </AuthPage>
  );
}

function Invitation({ code, preview }: { code: string; preview: InvitePreview }) {
  const session = useSession();
  return (
    <AuthPage
      title={t("auth.join_title", { user: preview.invited_by.display_name })}
      text={t("auth.join_lead")}
    >
      <div className="mb-6 flex items-center gap-4 rounded-md border border-line bg-surface p-4">
        <span
          aria-hidden="true"
          className="grid size-11 shrink-0 place-items-center rounded-md bg-accent-wash text-accent"
        >
          <UsersRound />
        </span>
        <div className="min-w-0">
          <p className="break-words font-semibold text-lg leading-snug">{preview.chat_name}</p>
          <p className="text-[13px] text-ink-2">
            {t("auth.join_members", { count: preview.member_count })} ·{" "}
            {t("auth.join_expires", { when: formatAgo(preview.expires_at) })}
          </p>
        </div>
      </div>
      {session.kind === "in" && <Accept code={code} name={session.me.display_name} />}
      {session.kind === "out" && <ComeIn code={code} />}
      {session.kind === "starting" && <Spinner label={t("shell.starting")} />}
    </AuthPage>
  );
}

function Accept({ code, name }: { code: string; name: string }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<unknown>();

  async function accept() {
    forgetJoin();
    setBusy(true);
    setWrong(undefined);
    try {
      const chat = await acceptInvite(code);
      await navigate({ to: "/c/$chat", params: { chat }, replace: true });
    } catch (cause) {
      setWrong(cause);
    } finally {
      setBusy(false);
    }
  }

  const acceptIfIntended = useEffectEvent(() => {
    if (intendsToJoin(code)) void accept();
  });
  useEffect(() => acceptIfIntended(), []);

  return (
    <div className="grid gap-4">
      {wrong !== undefined && <FormProblem text={acceptProblem(wrong)} />}
      <Button variant="primary" busy={busy} onClick={() => void accept()} className="h-10 w-full">
        {t("auth.join")}
      </Button>
      <p className="text-center text-ink-2 text-sm">{t("auth.join_as", { name })}</p>
    </div>
  );
}

function acceptProblem(cause: unknown): string {
  // It may have ended between the look and the press.
  return cause instanceof Problem && cause.code === "not_found"
    ? t("auth.join_dead_title")
    : problemText(cause);
}

function ComeIn({ code }: { code: string }) {
  const navigate = useNavigate();
  const go = (to: "/login" | "/register") => {
    intendToJoin(code);
    void navigate({ to, search: { next: `/join/${code}` } });
  };
  return (
    <div className="grid gap-3">
      <Button variant="primary" onClick={() => go("/register")} className="h-10 w-full">
        {t("auth.join_register")}
      </Button>
      <Button onClick={() => go("/login")} className="h-10 w-full">
        {t("auth.join_sign_in")}
      </Button>
      <p className="text-center text-ink-2 text-sm">{t("auth.join_first")}</p>
    </div>
  );
}

function Dead() {
  const navigate = useNavigate();
  useEffect(() => forgetJoin(), []);
  return (
    <AuthPage title={t("auth.join_dead_title")} text={t("auth.join_dead_text")}>
      <Button onClick={() => void navigate({ to: "/" })}>{t("shell.go_home")}</Button>
    </AuthPage>
  );
}
