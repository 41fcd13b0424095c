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
