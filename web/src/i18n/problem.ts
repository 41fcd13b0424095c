import type { ErrorCode } from "../gen/api";
import { Disconnected, Problem } from "../wire/problem";
import { type Key, t } from "./t";

/** The server's sentences that people meet. One that is not here is shown as the server wrote it. */
const sentences: Record<string, Key> = {
  "the username or the password is wrong": "errors.wrong_credentials",
  "the session has ended: log in again": "errors.session_ended",
  "this setup link does not work (any more)": "errors.setup_link",
  "registration is closed on this server": "errors.registration_closed",
  "registration is by invitation, and this is not the code": "errors.invite_code",
  "this server has an administrator already": "errors.has_admin",
  "this username is taken": "errors.username_taken",
  "this email is taken": "errors.email_taken",
  "is the bot's name": "errors.bots_name",
  "this person is in as many chats as they may be": "errors.person_full",
  "somebody here is in too many chats already": "errors.person_full",
  "the chat has as many participants as it may have": "errors.chat_full",
  "the bot is not in this chat; invite it by its username": "errors.no_bot",
  "stop the reply before deleting it": "errors.stop_first",
  "the message is too long": "errors.message_too_long",
  "write your question after /bot": "errors.no_question",
  "is not your password": "errors.not_your_password",
  "must be an email address": "errors.email_invalid",
  "must not be empty": "errors.empty",
  "must have 3 to 32 letters (a-z), digits, dots, hyphens or underscores, and begin and end with a letter or digit":
    "auth.username_invalid",
  "must be one line without brackets and invisible characters": "errors.name_invalid",
};

/** What a code means where the server's own sentence would say no more. */
const codes: Partial<Record<ErrorCode, Key>> = {
  not_found: "errors.not_found",
  too_large: "errors.too_large",
  unavailable: "errors.unavailable",
  internal: "errors.internal",
  unauthenticated: "errors.session_ended",
};

/** What went wrong, as a sentence for people. */
export function problemText(error: unknown): string {
  if (error instanceof Disconnected) return t("errors.disconnected");
  if (!(error instanceof Problem)) return t("errors.internal");
  if (error.code === "rate_limited") return t("errors.rate_limited", { count: error.retryAfter ?? 1 });
  const [first] = error.errors;
  const sentence = sentences[first?.message ?? error.message] ?? sentences[afterField(error.message)];
  if (sentence) return t(sentence);
  const code = codes[error.code];
  return code ? t(code) : error.message;
}

/** What the server says about one field of a form, if it complains about it. */
export function fieldText(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const message = error.errors.find((complaint) => complaint.field === field)?.message;
  const key = message === undefined ? undefined : sentences[message];
  return key ? t(key) : message;
}

/** The socket says `content: must not be empty` where REST has a list of fields. */
function afterField(detail: string): string {
  return detail.replace(/^\w+: /, "");
}
