import type { Problem as Body, ErrorCode, FieldError } from "../gen/api";

/** The server refused, and said why. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ErrorCode;
  /** The status of the HTTP answer; 0 for what the socket refused. */
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    body: Pick<Body, "code" | "detail"> & Partial<Pick<Body, "status" | "errors" | "retry_after">>,
  ) {
    super(body.detail);
    this.code = body.code;
    this.status = body.status ?? 0;
    this.errors = body.errors ?? [];
    this.retryAfter = body.retry_after ?? undefined;
  }
}

/** There was no answer: the network or the server is away, and nobody knows whether it was done. */
export class Disconnected extends Error {
  override readonly name = "Disconnected";
}

/** What an answer that is not a success says. A proxy in front of a server that is away does not speak our language. */
export async function problemOf(response: Response): Promise<Problem | Disconnected> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isBody(body)) return new Problem(body);
  if (response.status >= 502 && response.status <= 504) return new Disconnected();
  const code = response.status === 401 ? "unauthenticated" : "internal";
  return new Problem({ code, detail: response.statusText, status: response.status });
}

function isBody(body: unknown): body is Body {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}
