import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, Message, ReplyContext } from "../gen/api";
import { api, must } from "../wire/api";

/** As many messages as the server gives at once. */
const MOST = 200;

/** What the model was shown for a reply. */
export function useShown({ chat_id, id, run }: Message): UseQueryResult<ReplyContext> {
  const params = { path: { chat_id, message_id: id } };
  return useQuery({
    queryKey: ["shown", id, run?.id],
    queryFn: () => must(api.GET("/api/chats/{chat_id}/messages/{message_id}/context", { params })),
  });
}

/** The messages before and with a place, as they are now: enough to tell by what most of those that were shown say. */
export function useUntil(chat: ChatId, seq: number | undefined): UseQueryResult<Message[]> {
  return useQuery({
    queryKey: ["until", chat, seq],
    queryFn: () => {
      const query = { before: (seq ?? 0) + 1, limit: MOST };
      const params = { path: { chat_id: chat }, query };
      return must(api.GET("/api/chats/{chat_id}/messages", { params }));
    },
    enabled: seq !== undefined,
  });
}
