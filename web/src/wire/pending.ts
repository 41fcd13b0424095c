// What the server will say once its branches are merged; until then the generated types do not know it.
import type { ChatId, ChatListItem, Limits, ServerFrame, SystemData, Timestamp, UserRef } from "../gen/api";
import { authorized } from "./api";

export type NotifyLevel = "all" | "mentions" | "none";

export type RegistrationMode = "open" | "invite" | "closed";

export type ServerLimits = Limits & { registration?: RegistrationMode };

export type ListedChat = ChatListItem & { notify?: NotifyLevel };

export type InviteLink = {
  id: string;
  chat_id: ChatId;
  code: string;
  created_by: UserRef;
  created_at: Timestamp;
  expires_at: Timestamp;
  max_uses?: number | null;
  uses: number;
};

export type InvitePreview = {
  chat_name: string;
  invited_by: UserRef;
  member_count: number;
  expires_at: Timestamp;
};

export type MemberJoined = { type: "member_joined"; user: UserRef; invited_by: UserRef };

export type AnySystemData = SystemData | MemberJoined;

export type PendingFrame = { type: "chat_preferences"; chat_id: ChatId; notify: NotifyLevel };

export type Activity = Extract<ServerFrame, { type: "chat_activity" }> & { mention?: boolean };

/** A request that the generated types do not know yet. */
export async function call<T>(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await authorized(new Request(location.origin + path, init));
  return response.status === 204 ? (undefined as T) : response.json();
}
