import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ChatId, Message, MessageId, Seq } from "../gen/api";
import { addChat } from "../state/chats";
import { api, must } from "../wire/api";
import { newClientId } from "../wire/ids";

/** So many of the latest can be chosen from. */
const OFFERED = 50;

/** What goes along: all up to a message, or just these. */
export type Part = { seq: Seq } | { message_ids: MessageId[] };

/** → the new group's id. */
export async function branch(chat: ChatId, part: Part, name: string, usernames: string[]): Promise<ChatId> {
  // Tried again after a lost answer, it makes no second one.
  const params = { path: { chat_id: chat }, header: { "Idempotency-Key": newClientId() } };
  const body = { ...part, participant_usernames: usernames, ...(name && { name }) };
  const made = await must(api.POST("/api/chats/{chat_id}/branch", { params, body }));
  addChat(made);
  return made.id;
}

/** Whole messages up to one, oldest first. */
export function useUpTo({ id, chat_id, seq }: Message): UseQueryResult<Message[]> {
  return useQuery({
    queryKey: ["up-to", id],
    queryFn: async () => {
      const query = { before: seq + 1, limit: OFFERED };
      const messages = await must(
        api.GET("/api/chats/{chat_id}/messages", { params: { path: { chat_id }, query } }),
      );
      return messages.filter(
        ({ kind, status, deleted_at }) => kind === "text" && status === "complete" && !deleted_at,
      );
    },
  });
}
