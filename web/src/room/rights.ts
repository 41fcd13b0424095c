import type { ChatKind, Member, MemberRole } from "../gen/api";

/** Where somebody stands: what kind of chat it is, and what they are in it. */
export type Standing = { kind: ChatKind; role: MemberRole };

/** What the page offers. The server decides once more; this only keeps the impossible out of sight. */
export function mayInvite({ kind }: Standing): boolean {
  return kind === "group";
}

export function mayRename({ kind, role }: Standing): boolean {
  return kind !== "private" && role !== "member";
}

// To leave an AI chat would be to delete it, and deleting says so.
export function mayLeave({ kind }: Standing): boolean {
  return kind !== "ai";
}

export function mayDelete({ role }: Standing): boolean {
  return role === "owner";
}

/** How agents serve the room; in a private chat there are none. */
export function mayConfigure({ kind, role }: Standing): boolean {
  return kind !== "private" && role !== "member";
}

/** The members of a private chat have budgets of their own. */
export function maySetBudget({ kind, role }: Standing): boolean {
  return kind !== "private" && role !== "member";
}

// The server would let the bot be taken out of an AI chat, where nobody could bring it back.
export function mayRemove({ kind, role }: Standing, member: Member): boolean {
  if (kind !== "group" || role === "member") return false;
  return role === "owner" || member.role === "member";
}

/** The bot stays an ordinary member. */
export function maySetRole({ kind, role }: Standing, member: Member): boolean {
  return kind === "group" && role === "owner" && !member.is_bot;
}

/** A reply that this person asked for, or somebody else's. */
export function mayStop({ role }: Standing, asker: "oneself" | "other"): boolean {
  return asker === "oneself" || role !== "member";
}
