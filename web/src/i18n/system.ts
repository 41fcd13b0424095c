import type { Message } from "../gen/api";

/** What a system message reports, in the reader's language. */
export function systemText(_message: Message): string {
  throw new Error("not yet");
}
