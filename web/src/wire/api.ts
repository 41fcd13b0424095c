import createClient from "openapi-fetch";
import type { paths } from "../gen/api";

export { Disconnected, Problem } from "./problem";

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });

/** The answer's data; throws `Problem`, or `Disconnected` where there was no answer. */
export async function must<T>(
  _answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  throw new Error("not yet");
}
