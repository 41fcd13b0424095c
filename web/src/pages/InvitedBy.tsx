import { t } from "../i18n";
import { useInvitePreview } from "../queries";

/** Where an invitation brought one here, whose it is; else the page's own words. */
export function InvitedBy({ next, otherwise }: { next: string | undefined; otherwise: string }) {
  const code = next?.match(/^\/join\/([\w-]+)$/)?.[1];
  return code ? <Invitation code={code} otherwise={otherwise} /> : otherwise;
}

function Invitation({ code, otherwise }: { code: string; otherwise: string }) {
  const { data } = useInvitePreview(code);
  if (!data) return otherwise;
  return t("auth.invited_to", { user: data.invited_by.display_name, chat: data.chat_name });
}
