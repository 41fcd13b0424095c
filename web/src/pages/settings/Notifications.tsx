import { t } from "../../i18n";
import { levelIcons, levelText } from "../../room/notifyLevels";
import { NotifyPermission } from "./NotifyPermission";
import { Section } from "./Section";

export default function Notifications() {
  return (
    <>
      <Section title={t("settings.notify_here")}>
        <NotifyPermission />
      </Section>
      <Section title={t("settings.notify_what")}>
        <ul className="grid max-w-prose list-disc gap-1.5 pl-5 text-pretty text-ink-2 text-sm marker:text-edge">
          <li>{t("settings.notify_what_messages")}</li>
          <li>{t("settings.notify_what_answer")}</li>
          <li>{t("settings.notify_what_not")}</li>
          <li>{t("settings.notify_what_open")}</li>
        </ul>
      </Section>
      <Section title={t("settings.notify_chats")} text={t("settings.notify_chats_text")}>
        <Levels />
      </Section>
    </>
  );
}

function Levels() {
  const levels = [
    { level: "all", text: t("settings.notify_all") },
    { level: "mentions", text: t("settings.notify_mentions") },
    { level: "none", text: t("settings.notify_none") },
  ] as const;
  return (
    <dl className="grid gap-3">
      {levels.map(({ level, text }) => {
        const Icon = levelIcons[level];
        return (
          <div key={level} className="grid grid-cols-[auto_1fr] gap-x-3 text-sm">
            <Icon aria-hidden="true" className="row-span-2 mt-0.5 size-[18px] text-ink-2" />
            <dt className="font-medium">{levelText(level)}</dt>
            <dd className="text-ink-2">{text}</dd>
          </div>
        );
      })}
    </dl>
  );
}
