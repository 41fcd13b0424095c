import { t } from "../i18n";
import { cx } from "../ui/cx";
import { type Strength, strength } from "./account";

/** What a new password should be; once there is enough of it, how strong it is. */
export function PasswordHint({ password }: { password: string }) {
  const strong = strength(password);
  if (strong === "short") return t("auth.password_hint");
  const looks: Record<Exclude<Strength, "short">, { bars: number; tone: string; word: string }> = {
    weak: { bars: 1, tone: "bg-warn", word: t("auth.strength_weak") },
    fair: { bars: 2, tone: "bg-ok", word: t("auth.strength_fair") },
    strong: { bars: 3, tone: "bg-ok", word: t("auth.strength_strong") },
  };
  const { bars, tone, word } = looks[strong];
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="flex gap-1">
        {[1, 2, 3].map((bar) => (
          <span key={bar} className={cx("h-1 w-8 rounded-full", bar <= bars ? tone : "bg-line")} />
        ))}
      </span>
      <span>{t("auth.strength", { word })}</span>
    </span>
  );
}
