import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { t } from "../../i18n";
import { useMe } from "../../state/session";
import { pagesFor, type SettingsPage } from "./pages";

/** The pages; beside one of them a list of names, on its own one that also says what is where. */
export function Nav({ shown }: { shown: SettingsPage | undefined }) {
  const { role } = useMe();
  return (
    <nav aria-label={t("shell.settings")} className="@max-3xl:px-2 @3xl:pt-2">
      <ul className="grid gap-0.5">
        {pagesFor(role).map(({ id, name, about, icon: Icon }) => (
          <li key={id}>
            <Link
              to="/settings/$page"
              params={{ page: id }}
              aria-current={id === shown ? "page" : undefined}
              className="flex @3xl:min-h-9 min-h-14 items-center @3xl:gap-2.5 gap-3.5 rounded-sm px-2.5 text-sm hover:bg-hover @3xl:aria-[current]:bg-selected @3xl:aria-[current]:font-medium pointer-coarse:min-h-11"
            >
              <Icon aria-hidden="true" className="size-[18px] shrink-0 text-ink-2" />
              <span className="min-w-0 flex-1">
                <span className="block truncate @max-3xl:font-medium">{t(name)}</span>
                <span className="block truncate @3xl:hidden text-[13px] text-ink-2">{t(about)}</span>
              </span>
              <ChevronRight aria-hidden="true" className="@3xl:hidden size-4 text-ink-2" />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
