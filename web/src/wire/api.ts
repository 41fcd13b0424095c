import createClient from "openapi-fetch";
import type { paths } from "../gen/api";
import { freshToken, renew } from "./access";
import { Disconnected, problemOf } from "./problem";

export { Disconnected, Problem } from "./problem";

const PATIENCE_MS = 30_000;

/** Typed from the server's own description. Throws `Problem` where it is refused, `Disconnected` without an answer. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorized });

/** Sends with the access token; one that ran out in the meantime is renewed and the request repeated, once. */
export async function authorized(request: Request): Promise<Response> {
  const again = request.clone();
  const token = await freshToken();
  const response = await send(request, token);
  const last =
    response.status === 401 && token !== undefined ? await send(again, await renew(token)) : response;
  if (!last.ok) throw await problemOf(last);
  return last;
}

async function send(request: Request, token: string | undefined): Promise<Response> {
  if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Disconnected();
  }
}

/** The data of an answer. What has nothing to say answers without a body: its type is `undefined`. */
export async function must<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
