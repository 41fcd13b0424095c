import type { ChatId, Member, UserId } from "../gen/api";
import { useMembers } from "../state/people";
import { useMe } from "../state/session";
import { looksOf } from "./look";

type Looks = ReadonlyMap<UserId, number>;

// Every face of a room asks; the list of members is the same object until it changes.
const known = new WeakMap<readonly Member[], Looks>();

/** How the members of a room look, no two alike as far as the looks go. Oneself looks as everywhere. */
export function useLooks(chat: ChatId): Looks {
  const members = useMembers(chat);
  const me = useMe().id;
  const looks = known.get(members) ?? looksOf(inOrder(members, me));
  known.set(members, looks);
  return looks;
}

/** By when they came, so that a role or a newcomer changes nobody's look. */
function inOrder(members: readonly Member[], me: UserId): UserId[] {
  const people = members.filter((member) => !member.is_bot && member.user_id !== me);
  people.sort((a, b) => a.joined_at.localeCompare(b.joined_at));
  return [me, ...people.map((member) => member.user_id)];
}
