import type { Preview, UserId, UserRef } from "../gen/api";
import { systemText, t } from "../i18n";
import { plain } from "../markdown/plain";
import type { ChatEntry } from "../state/chats";

/** The second line of a chat in the list. */
export type PreviewLine = { text: string; tone: "plain" | "typing" | "bot" };

export function previewLine(
  chat: Pick<ChatEntry, "typing" | "last_message" | "kind">,
  me: UserId,
): PreviewLine {
  if (chat.typing.length > 0) return { text: typingText(chat.typing), tone: "typing" };
  const last = chat.last_message;
  if (!last) return { text: t("shell.preview_nothing"), tone: "plain" };
  if (last.deleted_at) return { text: t("shell.preview_deleted"), tone: "plain" };
  const state = botState(last);
  if (state) return { text: state, tone: "bot" };
  if (last.kind === "system") return { text: systemText(last), tone: "plain" };
  const text = plain(last.content);
  if (last.user_id === me) return { text: t("shell.preview_mine", { text }), tone: "plain" };
  if (chat.kind !== "group") return { text, tone: "plain" };
  return { text: t("shell.preview_of", { name: last.display_name, text }), tone: "plain" };
}

/** What is to be said of a reply in place of its text. */
function botState(last: Preview): string | undefined {
  const name = { name: last.display_name };
  switch (last.status) {
    case "queued":
      return t("shell.preview_thinking", name);
    case "streaming":
      return t("shell.preview_writing", name);
    case "failed":
      return t("shell.preview_failed", name);
    case "stopped":
    case "interrupted":
      return last.content === "" ? t(`shell.preview_${last.status}`, name) : undefined;
    default:
      return undefined;
  }
}

function typingText(typing: readonly UserRef[]): string {
  const [first, second, third] = typing;
  if (third) return t("shell.types_more");
  if (second) return t("shell.types_2", { name: first?.display_name ?? "", other: second.display_name });
  return t("shell.types_1", { name: first?.display_name ?? "" });
}
