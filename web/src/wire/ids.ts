/** An id for a write of ours. `crypto.randomUUID` is missing over plain http, `getRandomValues` is not. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
