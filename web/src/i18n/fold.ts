/** For finding: without case and accents, because nobody should need another keyboard to find a colleague. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
