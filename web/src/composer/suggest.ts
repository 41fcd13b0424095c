import type { Member, UserId } from "../gen/api";
import { fold } from "../i18n/fold";
import { type Command, offered, type Place } from "./commands";

/** The piece of text before the caret that asks for suggestions. */
export type Trigger = {
  kind: "command" | "mention";
  /** What was typed behind the sign. */
  query: string;
  /** The place of the sign. */
  from: number;
};

export type Suggestion = { kind: "command"; command: Command } | { kind: "mention"; member: Member };

const AT_ONCE = 8;
const byName = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
// The server reads mentions by the same rule: `mail@gem` is an address.
const MENTION = /(?:^|[^\p{L}\p{N}_.-])@([\p{L}\p{N}_.-]{0,32})$/u;
const COMMAND = /^\s*\/([a-z]*)$/i;

export function triggerAt(text: string, caret: number): Trigger | undefined {
  const line = text.slice(Math.max(0, caret - 64), caret);
  const mention = MENTION.exec(line)?.[1];
  if (mention !== undefined) return { kind: "mention", query: mention, from: caret - mention.length - 1 };
  const command = caret <= 64 ? COMMAND.exec(line)?.[1] : undefined;
  if (command !== undefined) return { kind: "command", query: command, from: caret - command.length - 1 };
  return undefined;
}

/** Best first; empty where there is nothing to add to what was typed. */
export function suggestions(
  trigger: Trigger,
  place: Place,
  members: readonly Member[],
  me: UserId,
): Suggestion[] {
  const query = fold(trigger.query);
  if (trigger.kind === "command") {
    return offered(place)
      .filter((command) => command.name.startsWith(query))
      .map((command) => ({ kind: "command", command }));
  }
  const ranked = members
    .filter((member) => member.user_id !== me)
    .map((member) => ({ member, rank: rank(member, query) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank || byName.compare(a.member.display_name, b.member.display_name))
    .slice(0, AT_ONCE);
  // A name that is already written needs no list, and Enter may send.
  if (ranked.length === 1 && ranked[0]?.member.username.toLowerCase() === query) return [];
  return ranked.map(({ member }) => ({ kind: "mention", member }));
}

function rank(member: Member, query: string): number {
  if (query === "") return member.is_bot ? 0 : 1;
  const username = fold(member.username);
  const shown = fold(member.display_name);
  if (username.startsWith(query)) return 0;
  if (shown.split(/\s+/).some((word) => word.startsWith(query))) return 1;
  if (username.includes(query) || shown.includes(query)) return 2;
  return Number.POSITIVE_INFINITY;
}

export function written(suggestion: Suggestion): string {
  return suggestion.kind === "command" ? `/${suggestion.command.name}` : `@${suggestion.member.username}`;
}

/** What to put where: the sign and the whole word at the caret give way to the suggestion and a space. */
export function replacement(
  text: string,
  caret: number,
  trigger: Trigger,
  suggestion: Suggestion,
): { from: number; to: number; insert: string } {
  const [rest = ""] = /^[\p{L}\p{N}_.-]* ?/u.exec(text.slice(caret)) ?? [];
  return { from: trigger.from, to: caret + rest.length, insert: `${written(suggestion)} ` };
}
