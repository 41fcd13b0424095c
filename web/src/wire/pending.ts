// What the server will say once its branches are merged; until then the generated types do not know it.
import type {
  ChatId,
  ChatListItem,
  Limits,
  MessageId,
  SystemData,
  Timestamp,
  UserId,
  UserRef,
} from "../gen/api";

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

export type RetryCommand = { type: "retry"; chat_id: ChatId; message_id: MessageId };

export type AskedBy = { asked_by?: UserId | null };
