/** One line of a text, without its marks. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
