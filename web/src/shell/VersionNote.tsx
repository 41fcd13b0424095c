import { Sparkle, X } from "lucide-react";
import { useEffect } from "react";
import { t } from "../i18n";
import { dismissNewVersion, useNewVersion } from "../pwa/version";
import { announce } from "../state/announce";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";

/** Offers the newer app. It never loads it by itself: somebody may be in the middle of a sentence. */
export function VersionNote() {
  const isNewer = useNewVersion();
  useEffect(() => {
    if (isNewer) announce(t("shell.new_version"));
  }, [isNewer]);
  if (!isNewer) return null;
  return (
    <section
      aria-label={t("shell.new_version")}
      className="flex items-center gap-3 border-line border-b bg-accent-wash py-1.5 pr-2 pl-4 text-sm"
    >
      <Sparkle aria-hidden="true" className="size-4 shrink-0 text-accent" />
      <p className="min-w-0 flex-1">{t("shell.new_version")}</p>
      <Button size="sm" onClick={() => location.reload()}>
        {t("shell.reload")}
      </Button>
      <IconButton size="sm" label={t("shell.later")} icon={<X />} onClick={dismissNewVersion} />
    </section>
  );
}
