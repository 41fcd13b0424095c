import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Chat, ChatId } from "../gen/api";
import { addChat } from "../state/chats";
import { call, type InviteLink, type InvitePreview } from "../wire/pending";
import { queryClient } from "./client";

const linksOf = (chat: ChatId) => ["invite-links", chat];

/** A chat's live links, newest first: all for owner and admins, their own for members. */
export function useInviteLinks(chat: ChatId): UseQueryResult<InviteLink[]> {
  return useQuery({
    queryKey: linksOf(chat),
    queryFn: () => call<InviteLink[]>("GET", `/api/chats/${chat}/invite-links`),
  });
}

export type LinkBounds = { expires_in_s?: number; max_uses?: number };

export async function createInviteLink(chat: ChatId, bounds: LinkBounds): Promise<InviteLink> {
  const link = await call<InviteLink>("POST", `/api/chats/${chat}/invite-links`, bounds);
  await queryClient.invalidateQueries({ queryKey: linksOf(chat) });
  return link;
}

export async function revokeInviteLink(chat: ChatId, link: string): Promise<void> {
  await call("DELETE", `/api/chats/${chat}/invite-links/${link}`);
  await queryClient.invalidateQueries({ queryKey: linksOf(chat) });
}

/** What a link opens; needs no log-in. */
export function useInvitePreview(code: string): UseQueryResult<InvitePreview> {
  return useQuery({
    queryKey: ["invite", code],
    queryFn: () => call<InvitePreview>("GET", `/api/invite-links/${encodeURIComponent(code)}`),
    staleTime: 60_000,
  });
}

/** → the chat's id; of one's own chats as well. */
export async function acceptInvite(code: string): Promise<ChatId> {
  const chat = await call<Chat>("POST", `/api/invite-links/${encodeURIComponent(code)}/accept`);
  addChat(chat);
  return chat.id;
}
