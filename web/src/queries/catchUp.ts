import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { CatchUp, ChatId, Seq } from "../gen/api";
import { api, must } from "../wire/api";

/**
 * What was said from one place to another. Told to oneself alone, and paid by oneself: asked for once, and never again
 * behind one's back.
 */
export function useCatchUp(chat: ChatId, since: Seq, until: Seq): UseQueryResult<CatchUp> {
  return useQuery({
    queryKey: ["catch-up", chat, since, until],
    queryFn: () => must(api.POST("/api/chats/{chat_id}/catch-up", { params: { path: { chat_id: chat } } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
