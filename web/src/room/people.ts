import type { Member, UserId } from "../gen/api";
import { fold } from "../i18n/fold";

export type Presence = "here" | "away";

/** The bot always is. */
export function isHere(member: Member, online: ReadonlySet<UserId>): boolean {
  return member.is_bot || online.has(member.user_id);
}

/** Members whose name has a word that begins so, by who is here. */
export function peopleOf(
  members: readonly Member[],
  online: ReadonlySet<UserId>,
  query: string,
): Record<Presence, Member[]> {
  const wanted = fold(query.trim().replace(/^@/, ""));
  const people: Record<Presence, Member[]> = { here: [], away: [] };
  for (const member of members) {
    if (!called(member, wanted)) continue;
    people[isHere(member, online) ? "here" : "away"].push(member);
  }
  return people;
}

function called(member: Member, wanted: string): boolean {
  return fold(member.username).startsWith(wanted) || ` ${fold(member.display_name)}`.includes(` ${wanted}`);
}
