import type { Message } from "../gen/api";
import { t } from "./t";

/** What a system message reports, in the reader's language. */
export function systemText(message: Pick<Message, "content" | "data">): string {
  const { data } = message;
  switch (data?.type) {
    case "chat_created":
      return t("system.chat_created", { by: data.by.display_name });
    case "member_added":
      return t("system.member_added", { by: data.by.display_name, user: data.user.display_name });
    case "member_removed":
      return t("system.member_removed", { by: data.by.display_name, user: data.user.display_name });
    case "member_left":
      return t("system.member_left", { user: data.user.display_name });
    case "member_joined":
      return t("system.member_joined", { user: data.user.display_name, by: data.invited_by.display_name });
    case "role_changed":
      return t(`system.role_${data.role}`, { by: data.by.display_name, user: data.user.display_name });
    case "chat_renamed":
      return t("system.chat_renamed", { by: data.by.display_name, name: data.name });
    case "settings_changed":
      return t("system.settings_changed", { by: data.by.display_name });
    default:
      // A newer server reports something that this page does not know; its own words are English.
      data satisfies undefined | null;
      return message.content;
  }
}
