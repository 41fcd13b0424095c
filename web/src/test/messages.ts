import type { Message, ReplyRun, SystemData, UserRef } from "../gen/api";

/** A message as the server sends it; what is not said is ordinary. */
export function aMessage(said: Partial<Message> = {}): Message {
  const seq = said.seq ?? 1;
  const user = said.user_id ?? "ada";
  return {
    id: `m${seq}`,
    chat_id: "room",
    seq,
    updated_seq: seq,
    kind: "text",
    user_id: user,
    username: user,
    display_name: user,
    content: `text ${seq}`,
    is_bot: false,
    status: "complete",
    created_at: "2026-11-21T10:00:00.000Z",
    ...said,
  };
}

export function aReply(said: Partial<Message> = {}, run: Partial<ReplyRun> = {}): Message {
  return aMessage({
    user_id: "gem",
    is_bot: true,
    ...said,
    run: { id: "run", asked_by: "ada", question_id: "m1", ...run },
  });
}

export function aChange(data: SystemData, said: Partial<Message> = {}): Message {
  const by = "by" in data ? data.by : data.user;
  return aMessage({
    kind: "system",
    user_id: by.id,
    username: by.username,
    display_name: by.display_name,
    ...said,
    data,
  });
}

export function ref(name: string): UserRef {
  return { id: name, username: name, display_name: name };
}
