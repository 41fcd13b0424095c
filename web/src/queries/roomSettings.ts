import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, Limits, Queue, RoomSettings } from "../gen/api";
import { change } from "../state/chatList";
import { api, must } from "../wire/api";
import { queryClient } from "./client";

const queueOf = (chat: ChatId) => ["queue", chat];

/** How a room's replies take turns now; who waits in it is told by frames. */
export function useTurns(chat: ChatId): UseQueryResult<Queue> {
  const params = { path: { chat_id: chat } };
  return useQuery({
    queryKey: queueOf(chat),
    queryFn: () => must(api.GET("/api/chats/{chat_id}/queue", { params })),
    staleTime: 0,
  });
}

export function useLimits(): UseQueryResult<Limits> {
  return useQuery({ queryKey: ["limits"], queryFn: () => must(api.GET("/api/limits")), staleTime: 60_000 });
}

/** Takes the place of all that was set. */
export async function setRoomSettings(id: ChatId, settings: RoomSettings): Promise<void> {
  const params = { path: { chat_id: id } };
  const chat = await must(api.PATCH("/api/chats/{chat_id}", { params, body: { settings } }));
  change(id, (old) => ({ ...old, settings: chat.settings ?? {} }));
}

export async function setAtOnce(chat: ChatId, at_once: number): Promise<void> {
  const params = { path: { chat_id: chat } };
  await must(api.PUT("/api/chats/{chat_id}/queue", { params, body: { at_once } }));
  await queryClient.invalidateQueries({ queryKey: queueOf(chat) });
}
