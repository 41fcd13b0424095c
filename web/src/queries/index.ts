import type { UseQueryResult } from "@tanstack/react-query";
import type {
  ChatId,
  Member,
  MemberRole,
  MessageId,
  Revision,
  Session,
  SessionId,
  User,
  UserId,
} from "../gen/api";
import type { InviteLink, InvitePreview } from "../wire/pending";

export { queryClient } from "./client";

export declare function useSessions(): UseQueryResult<Session[]>;
export declare function endSession(id: SessionId): Promise<void>;
export declare function changePassword(current: string, next: string): Promise<void>;
/** Deletes one's own account; ends in `out`. */
export declare function deleteAccount(password: string): Promise<void>;

export declare function useInviteLinks(chat: ChatId): UseQueryResult<InviteLink[]>;
export declare function createInviteLink(
  chat: ChatId,
  bounds: { expires_in_s?: number; max_uses?: number },
): Promise<InviteLink>;
export declare function revokeInviteLink(chat: ChatId, link: string): Promise<void>;
export declare function useInvitePreview(code: string): UseQueryResult<InvitePreview>;
/** → the chat's id */
export declare function acceptInvite(code: string): Promise<ChatId>;

/** From two characters on. */
export declare function usePeopleSearch(query: string): UseQueryResult<User[]>;
export declare function useRevisions(chat: ChatId, message: MessageId): UseQueryResult<Revision[]>;

export declare function inviteByName(chat: ChatId, username: string): Promise<Member>;
export declare function setRole(chat: ChatId, user: UserId, role: MemberRole): Promise<void>;
export declare function removeMember(chat: ChatId, user: UserId): Promise<void>;
/** The old owner stays as an admin. */
export declare function handOver(chat: ChatId, user: UserId): Promise<void>;
