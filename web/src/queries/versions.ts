import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, MessageId, RunId, Version } from "../gen/api";
import { api, must } from "../wire/api";
import { queryClient } from "./client";

/** All that a reply ever said, the first one first; `run` is its last one, after which there may be another. */
export function useVersions(chat: ChatId, message: MessageId, run: RunId): UseQueryResult<Version[]> {
  const params = { path: { chat_id: chat, message_id: message } };
  return useQuery(
    {
      queryKey: ["versions", message, run],
      queryFn: () => must(api.GET("/api/chats/{chat_id}/messages/{message_id}/versions", { params })),
    },
    queryClient,
  );
}
