/** What went wrong, as a sentence for people. */
export function problemText(_error: unknown): string {
  throw new Error("not yet");
}
