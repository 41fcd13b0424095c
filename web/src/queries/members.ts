import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, Member, MemberRole, MessageId, Revision, User, UserId } from "../gen/api";
import { api, must } from "../wire/api";

/** The server searches from so many characters on. */
const SHORTEST = 2;

/** People by the beginning of their names. What was found stays until the next answer is here. */
export function usePeopleSearch(text: string): UseQueryResult<User[]> {
  const query = text.trim();
  return useQuery({
    queryKey: ["people", query],
    queryFn: () => must(api.GET("/api/users/search", { params: { query: { query } } })),
    enabled: query.length >= SHORTEST,
    placeholderData: keepPreviousData,
  });
}

/** A message's earlier texts, oldest first. */
export function useRevisions(chat: ChatId, message: MessageId): UseQueryResult<Revision[]> {
  const params = { path: { chat_id: chat, message_id: message } };
  return useQuery({
    queryKey: ["revisions", message],
    queryFn: () => must(api.GET("/api/chats/{chat_id}/messages/{message_id}/revisions", { params })),
    staleTime: 0,
  });
}

// Who is in a room is told by its frames: state/people.ts. Nothing has to be fetched again after these.

export function inviteByName(chat: ChatId, username: string): Promise<Member> {
  const params = { path: { chat_id: chat } };
  return must(api.POST("/api/chats/{chat_id}/invite", { params, body: { username } }));
}

export async function setRole(chat: ChatId, user: UserId, role: MemberRole): Promise<void> {
  const params = { path: { chat_id: chat, user_id: user } };
  await must(api.PATCH("/api/chats/{chat_id}/participants/{user_id}", { params, body: { role } }));
}

/** The old owner stays as an admin. */
export function handOver(chat: ChatId, user: UserId): Promise<void> {
  return setRole(chat, user, "owner");
}

export async function removeMember(chat: ChatId, user: UserId): Promise<void> {
  const params = { path: { chat_id: chat, user_id: user } };
  await must(api.DELETE("/api/chats/{chat_id}/participants/{user_id}", { params }));
}
