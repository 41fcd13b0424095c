import { useEffect, useState } from "react";
import { problemText, t } from "../i18n";
import { createInviteLink, useInviteLinks } from "../queries";
import type { ChatEntry } from "../state/chats";
import { usePeople } from "../state/people";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { Skeleton } from "../ui/Skeleton";
import { LinkRow } from "./LinkRow";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const LIFETIMES_S = [HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S];
const USES = [1, 5, 10, 25, 100];
const UNBOUNDED = "unbounded";

export function InviteByLink({ entry }: { entry: ChatEntry }) {
  const { data: links, error: unlisted, refetch } = useInviteLinks(entry.id);
  const joined = usePeople(entry.id).members.length;
  const [lifetime, setLifetime] = useState(String(7 * DAY_S));
  const [uses, setUses] = useState(UNBOUNDED);
  const [made, setMade] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  // Somebody came, and perhaps by one of these.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the number that says so
  useEffect(() => void refetch(), [joined, refetch]);

  async function create() {
    setBusy(true);
    setError(undefined);
    try {
      const bounds = {
        expires_in_s: Number(lifetime),
        ...(uses === UNBOUNDED ? {} : { max_uses: Number(uses) }),
      };
      setMade((await createInviteLink(entry.id, bounds)).id);
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-ink-2 text-sm">{t("members.link_about")}</p>
      <div className="grid grid-cols-2 items-end gap-3">
        <Field label={t("members.expires")}>
          <Select
            value={lifetime}
            onValueChange={setLifetime}
            options={LIFETIMES_S.map((seconds) => ({ value: String(seconds), label: lifetimeText(seconds) }))}
          />
        </Field>
        <Field label={t("members.uses")}>
          <Select
            value={uses}
            onValueChange={setUses}
            options={[
              { value: UNBOUNDED, label: t("members.uses_unbounded") },
              ...USES.map((count) => ({ value: String(count), label: t("members.uses_most", { count }) })),
            ]}
          />
        </Field>
      </div>
      <Button variant="primary" busy={busy} onClick={() => void create()}>
        {t("members.link_create")}
      </Button>
      {error && (
        <p role="alert" className="text-err text-sm">
          {error}
        </p>
      )}
      <section aria-busy={!links && !unlisted}>
        <h3 className="font-medium text-sm">{t("members.links")}</h3>
        {!links && !unlisted && <Skeleton className="mt-2 h-12 w-full" />}
        {unlisted && <p className="pt-1 text-err text-sm">{problemText(unlisted)}</p>}
        {links?.length === 0 && <p className="pt-1 text-ink-2 text-sm">{t("members.links_none")}</p>}
        <ul>
          {links?.map((link) => (
            <LinkRow key={link.id} link={link} fresh={link.id === made} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function lifetimeText(seconds: number): string {
  return seconds < DAY_S
    ? t("members.hours", { count: seconds / HOUR_S })
    : t("members.days", { count: seconds / DAY_S });
}
