import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, InviteLink, InvitePreview } from "../gen/api";
import { addChat } from "../state/chats";
import { api, must } from "../wire/api";
import { queryClient } from "./client";

const linksOf = (chat: ChatId) => ["invite-links", chat];

/** A chat's live links, newest first: all for owner and admins, their own for members. */
export function useInviteLinks(chat: ChatId): UseQueryResult<InviteLink[]> {
  return useQuery({
    queryKey: linksOf(chat),
    queryFn: () =>
      must(api.GET("/api/chats/{chat_id}/invite-links", { params: { path: { chat_id: chat } } })),
  });
}

export type LinkBounds = { expires_in_s?: number; max_uses?: number };

export async function createInviteLink(chat: ChatId, bounds: LinkBounds): Promise<InviteLink> {
  const link = await must(
    api.POST("/api/chats/{chat_id}/invite-links", { params: { path: { chat_id: chat } }, body: bounds }),
  );
  await queryClient.invalidateQueries({ queryKey: linksOf(chat) });
  return link;
}

export async function revokeInviteLink(chat: ChatId, link: string): Promise<void> {
  await must(
    api.DELETE("/api/chats/{chat_id}/invite-links/{link_id}", {
      params: { path: { chat_id: chat, link_id: link } },
    }),
  );
  await queryClient.invalidateQueries({ queryKey: linksOf(chat) });
}

/** What a link opens; needs no log-in. */
export function useInvitePreview(code: string): UseQueryResult<InvitePreview> {
  return useQuery({
    queryKey: ["invite", code],
    queryFn: () => must(api.GET("/api/invite-links/{code}", { params: { path: { code } } })),
    staleTime: 60_000,
  });
}

/** → the chat's id; of one's own chats as well. */
export async function acceptInvite(code: string): Promise<ChatId> {
  const chat = await must(api.POST("/api/invite-links/{code}/accept", { params: { path: { code } } }));
  addChat(chat);
  return chat.id;
}
