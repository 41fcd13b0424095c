import type { ReactNode } from "react";
import { t } from "../i18n";
import { Avatar } from "../ui/Avatar";

const ana = { id: "ana", username: "ana" };
const ben = { id: "ben-o", username: "ben" };
const gemini = { id: "gemini", username: "gemini", kind: "agent" } as const;

/** What it is like inside, for those who have never been: a picture, so nothing of it is read out. */
export function Glimpse() {
  return (
    <aside
      aria-hidden="true"
      className="relative hidden place-items-center overflow-hidden bg-sunken p-12 lg:grid"
    >
      <div className="w-full max-w-md">
        <div className="grid gap-5 text-[15px]">
          <Line who={ana}>{t("auth.glimpse_1")}</Line>
          <Line who={ben}>{t("auth.glimpse_2")}</Line>
          <Line who={ana}>{t("auth.glimpse_3")}</Line>
          <div className="-mx-4 rounded-lg bg-bot-wash p-4">
            <Line who={gemini}>
              {t("auth.glimpse_answer")}
              <span className="ml-1 inline-block h-[1em] w-[0.5em] translate-y-[0.12em] rounded-[1px] bg-bot" />
            </Line>
          </div>
        </div>
        <p className="mt-12 text-balance font-display text-2xl text-ink-2 leading-snug">
          {t("auth.tagline")}
        </p>
      </div>
    </aside>
  );
}

function Line({
  who,
  children,
}: {
  who: { id: string; username: string; kind?: "agent" };
  children: ReactNode;
}) {
  const name = who.username.charAt(0).toUpperCase() + who.username.slice(1);
  return (
    <div className="flex gap-3">
      <Avatar user={who} />
      <div className="min-w-0">
        <div className={who.kind ? "font-semibold text-bot text-sm" : "font-semibold text-sm"}>{name}</div>
        <div>{children}</div>
      </div>
    </div>
  );
}
