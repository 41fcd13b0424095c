import { useMemo } from "react";
import type { ChatId } from "../gen/api";
import type { Mentions } from "../markdown/mentions";
import { useMembers } from "../state/people";
import { useMe } from "../state/session";

/** Whose names stand out in a room. Another object only when the names are others: it draws every message again. */
export function useMentions(chat: ChatId): Mentions {
  const members = useMembers(chat);
  const me = useMe().username;
  const names = useMemo(
    () =>
      members
        .map(({ username }) => username.toLowerCase())
        .sort()
        .join(" "),
    [members],
  );
  return useMemo(() => ({ names: new Set(names.split(" ")), me }), [names, me]);
}
