import type { Message, SystemData, UserRef } from "../gen/api";

/** What kind of change a system message reports; runs of the same kind are told in one line. */
export type Change = "joined" | "left" | "other";

export function changeOf(message: Message): Change {
  switch (dataOf(message)?.type) {
    case "member_added":
    case "member_joined":
      return "joined";
    case "member_left":
      return "left";
    default:
      return "other";
  }
}

/** Whom it is about. */
export function subjectOf(message: Message): UserRef | undefined {
  const data = dataOf(message);
  return data && "user" in data ? data.user : undefined;
}

function dataOf(message: Message): SystemData | undefined {
  return message.data ?? undefined;
}
