import { Link } from "@tanstack/react-router";
import { ArrowLeft, Compass } from "lucide-react";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { t } from "../../i18n";
import { usePageTitle } from "../../shell/usePageTitle";
import { useMe } from "../../state/session";
import { buttonClass } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Empty } from "../../ui/Empty";
import { Nav } from "./Nav";
import { pagesFor, type SettingsPage } from "./pages";
import { Saved } from "./Saved";

const contents: Record<SettingsPage, ComponentType> = {
  profile: lazy(() => import("./Profile")),
  password: lazy(() => import("./Password")),
  sessions: lazy(() => import("./Sessions")),
  appearance: lazy(() => import("./Appearance")),
  notifications: lazy(() => import("./Notifications")),
  agents: lazy(() => import("./Agents")),
  usage: lazy(() => import("./Usage")),
  "server-usage": lazy(() => import("./ServerUsage")),
};

/**
 * The list of settings with a page beside it. Where there is room for one of them only, the list is `/settings`
 * and the page lies over it.
 */
export function Settings({ page }: { page?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { role } = useMe();
  const shown = pagesFor(role).find(({ id }) => id === (page ?? "profile"));
  const name = shown ? t(shown.name) : t("shell.not_found");
  // With a page open the list is only beside it, or not there.
  const ListTitle = page === undefined ? "h1" : "p";
  usePageTitle(page === undefined ? t("shell.settings") : `${name} · ${t("shell.settings")}`);

  // The link that led here is gone where the page covers the list: one would stand nowhere.
  useEffect(() => {
    if (page !== undefined && !document.activeElement?.checkVisibility?.()) heading.current?.focus();
  }, [page]);

  return (
    <div className="@container min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <div className="mx-auto @3xl:grid max-w-4xl @3xl:grid-cols-[13rem_minmax(0,1fr)] @3xl:gap-x-10 @3xl:px-8 @3xl:pt-8">
        <div className={cx("@3xl:block", page !== undefined && "hidden")}>
          <header className="flex min-h-14 items-center gap-1 px-1.5 @3xl:px-0 md:pl-5">
            <Back to="/" label={t("shell.back")} className="md:hidden" />
            <ListTitle className="font-display text-2xl @3xl:text-[28px] tracking-tight">
              {t("shell.settings")}
            </ListTitle>
          </header>
          <Nav shown={shown?.id} />
        </div>
        <section aria-labelledby="settings-page" className={cx("@3xl:block", page === undefined && "hidden")}>
          <header className="sticky top-0 z-10 flex min-h-14 items-center gap-1 bg-bg px-1.5 @3xl:px-0">
            <Back to="/settings" label={t("settings.back")} className="@3xl:hidden" />
            <h1
              id="settings-page"
              ref={heading}
              tabIndex={-1}
              className="min-w-0 flex-1 truncate font-display text-2xl @3xl:text-[28px] tracking-tight outline-none"
            >
              {name}
            </h1>
            <Saved />
          </header>
          <div className="px-4 @3xl:px-0 pb-[max(3rem,env(safe-area-inset-bottom))]">
            {shown ? <Content page={shown.id} /> : <Nowhere />}
          </div>
        </section>
      </div>
    </div>
  );
}

function Content({ page }: { page: SettingsPage }) {
  const Shown = contents[page];
  return (
    <Suspense>
      <Shown />
    </Suspense>
  );
}

function Back({ to, label, className }: { to: "/" | "/settings"; label: string; className: string }) {
  return (
    <Link
      to={to}
      aria-label={label}
      className={cx(
        "grid size-11 shrink-0 place-items-center rounded-sm text-ink-2 hover:bg-hover hover:text-ink",
        className,
      )}
    >
      <ArrowLeft className="size-5" aria-hidden="true" />
    </Link>
  );
}

function Nowhere() {
  return (
    <Empty
      icon={<Compass />}
      title={t("shell.not_found")}
      text={t("shell.not_found_text")}
      action={
        <Link to="/settings" className={buttonClass("primary")}>
          {t("shell.settings")}
        </Link>
      }
    />
  );
}
