/** Whether a text calls somebody by name: `@ada`, without regard to case. The server asks the bot by the same rule. */
export function mentions(text: string, username: string): boolean {
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_.-])@([A-Za-z0-9_.-]+)/gu)) {
    // A sentence's own full stop is not part of the name.
    const name = match[1]?.replace(/[._-]+$/, "");
    if (name?.toLowerCase() === username.toLowerCase()) return true;
  }
  return false;
}
