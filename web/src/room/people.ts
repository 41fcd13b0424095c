import type { Member, UserId } from "../gen/api";
import { fold } from "../i18n/fold";

export type Presence = "here" | "away";

/** Members whose name has a word that begins so, by who is here; the bot is always. */
export function peopleOf(
  members: readonly Member[],
  online: ReadonlySet<UserId>,
  query: string,
): Record<Presence, Member[]> {
  const wanted = fold(query.trim().replace(/^@/, ""));
  const people: Record<Presence, Member[]> = { here: [], away: [] };
  for (const member of members) {
    if (!called(member, wanted)) continue;
    people[member.is_bot || online.has(member.user_id) ? "here" : "away"].push(member);
  }
  return people;
}

function called(member: Member, wanted: string): boolean {
  return fold(member.username).startsWith(wanted) || ` ${fold(member.display_name)}`.includes(` ${wanted}`);
}
