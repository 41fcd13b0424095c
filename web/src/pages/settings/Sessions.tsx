import { useState } from "react";
import { problemText, t } from "../../i18n";
import { endSessions, useSessions } from "../../queries";
import { signOutEverywhere } from "../../state/session";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FormProblem } from "../../ui/FormProblem";
import { Skeleton } from "../../ui/Skeleton";
import { Section } from "./Section";
import { SessionRow } from "./SessionRow";
import { tellSaved } from "./saved";

export default function Sessions() {
  const { data: sessions, error, refetch } = useSessions();
  const [asked, setAsked] = useState<"others" | "all">();
  const others = sessions?.filter(({ current }) => !current) ?? [];

  async function endOthers() {
    await endSessions(others.map(({ id }) => id));
    tellSaved();
  }

  return (
    <>
      <Section title={t("settings.sessions_title")} text={t("settings.sessions_text")}>
        {error && !sessions && (
          <div className="grid justify-items-start gap-3">
            <FormProblem text={problemText(error)} />
            <Button onClick={() => void refetch()}>{t("auth.try_again")}</Button>
          </div>
        )}
        {!error && !sessions && (
          <div aria-busy="true" className="grid gap-3">
            <Skeleton className="h-14" />
            <Skeleton className="h-14" />
          </div>
        )}
        {sessions && (
          <ul className="divide-y divide-line overflow-hidden rounded-md border border-line bg-surface">
            {[...sessions]
              .sort((one, other) => Number(other.current) - Number(one.current))
              .map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
          </ul>
        )}
      </Section>
      {sessions && (
        <Section title={t("settings.end_title")} text={t("settings.end_text")}>
          <div className="flex flex-wrap gap-2">
            <Button disabled={others.length === 0} onClick={() => setAsked("others")}>
              {t("settings.end_others")}
            </Button>
            <Button className="text-err!" onClick={() => setAsked("all")}>
              {t("settings.end_all")}
            </Button>
          </div>
        </Section>
      )}
      <ConfirmDialog
        open={asked === "others"}
        onOpenChange={() => setAsked(undefined)}
        title={t("settings.end_others_title")}
        text={t("settings.end_others_text", { count: others.length })}
        confirm={t("settings.end_others")}
        onConfirm={endOthers}
      />
      <ConfirmDialog
        open={asked === "all"}
        onOpenChange={() => setAsked(undefined)}
        title={t("settings.end_all_title")}
        text={t("settings.end_all_text")}
        confirm={t("settings.end_all")}
        danger
        onConfirm={signOutEverywhere}
      />
    </>
  );
}
