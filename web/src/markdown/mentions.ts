/** Whose names are highlighted. Keep the object while nobody comes or goes: a new one draws every block again. */
export interface Mentions {
  /** In lower case. */
  names: ReadonlySet<string>;
  /** The reader's own. */
  me: string;
}

export interface Piece {
  text: string;
  mention?: "somebody" | "me";
}

/** The same rule by which the server reads a mention: `mail@gem` is an address, and a full stop is not of the name. */
const mention = /(?<![\p{L}\p{N}_.-])@([A-Za-z0-9_.-]*[A-Za-z0-9])/gu;

export function splitAtMentions(text: string, { names, me }: Mentions): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(mention)) {
    const name = match[1]?.toLowerCase() ?? "";
    if (!names.has(name)) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: match[0], mention: name === me.toLowerCase() ? "me" : "somebody" });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
