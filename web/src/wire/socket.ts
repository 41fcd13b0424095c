import type { ChatId, Command, ErrorCode, ServerFrame } from "../gen/api";
import { backoff } from "./backoff";
import { Disconnected, Problem } from "./problem";

export type Frame = ServerFrame;
export type Answer = Extract<ServerFrame, { type: "ack" | "pong" | "joined" }>;
export type Ack = Extract<ServerFrame, { type: "ack" }>;

export type SocketState =
  | { kind: "stopped" }
  | { kind: "connecting"; since: number }
  | { kind: "online" }
  | { kind: "offline"; since: number; retryAt: number };

export type SocketEvents = {
  onFrame: (frame: Frame) => void;
  onState: (state: SocketState) => void;
  /** The session is over; the socket does not come back by itself. */
  onEnd: () => void;
};

/** The server sends something at least this often; it says so in `hello`. */
const HEARTBEAT_S = 30;
const ANSWER_MS = 10_000;
const CONNECT_MS = 15_000;
/** What holds so long was a real connection: the next failure begins to count anew. */
const SETTLED_MS = 10_000;
const FLOODED_MS = 30_000;

/** Why the server closes a socket: docs/PROTOCOL.md, "Close codes". */
const CLOSED = { sessionEnded: 4401, frameTooLarge: 4413, flooding: 4429 } as const;

type Waiting = { bytes: number; resolve: (answer: Answer) => void; reject: (error: Error) => void };

/**
 * One WebSocket that comes back. Knows nothing of chats: who listens joins again at every `hello`.
 *
 * Nothing is queued: a command without a connection is refused at once, because only its sender knows whether it is
 * still wanted later.
 */
export class Socket {
  #ticket: () => Promise<string>;
  #events: SocketEvents;
  #state: SocketState = { kind: "stopped" };
  #ws: WebSocket | undefined;
  #waiting = new Map<string, Waiting>();
  #lastRef = 0;
  #failures = 0;
  /** Since when there is no connection. */
  #lostAt = 0;
  #onlineAt = 0;
  #reconnectAfterMs: number | undefined;
  #heartbeatMs = HEARTBEAT_S * 1000;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #aliveTimer: ReturnType<typeof setTimeout> | undefined;

  /** `ticket` brings a fresh one for each connection; it rejects with `Disconnected` or a `Problem`. */
  constructor(ticket: () => Promise<string>, events: SocketEvents) {
    this.#ticket = ticket;
    this.#events = events;
  }

  get state(): SocketState {
    return this.#state;
  }

  start(): void {
    if (this.#state.kind !== "stopped") return;
    addEventListener("online", this.#lookNow);
    addEventListener("offline", this.#doubt);
    document.addEventListener("visibilitychange", this.#shown);
    this.#failures = 0;
    this.#lostAt = Date.now();
    this.#connect();
  }

  stop(): void {
    removeEventListener("online", this.#lookNow);
    removeEventListener("offline", this.#doubt);
    document.removeEventListener("visibilitychange", this.#shown);
    // Nobody is in any more: whoever waits for an answer has gone, too.
    this.#waiting.clear();
    this.#drop();
    this.#become({ kind: "stopped" });
  }

  /** Does not wait for the next try. */
  retryNow(): void {
    if (this.#state.kind === "offline") this.#connect();
  }

  /** @throws Problem what the server refused; Disconnected when nobody knows whether it was done */
  send(command: Extract<Command, { type: "join" }>): Promise<Extract<ServerFrame, { type: "joined" }>>;
  send(command: Exclude<Command, { type: "join" | "typing" }>): Promise<Ack>;
  send(command: Exclude<Command, { type: "typing" }>): Promise<Answer> {
    if (this.#state.kind !== "online" || !this.#ws) return Promise.reject(new Disconnected());
    const ref = String(++this.#lastRef);
    const text = JSON.stringify({ ...command, ref });
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(ref, { bytes: text.length, resolve, reject });
    });
    this.#write(text);
    return answer;
  }

  /** For what has no answer and is worth nothing later. */
  tell(command: { type: "typing"; chat_id: ChatId }): void {
    if (this.#state.kind === "online") this.#write(JSON.stringify(command));
  }

  /** Not into a line that the server has hung up, of which we hear in a moment: browsers complain of it. */
  #write(text: string): void {
    if (this.#ws?.readyState === WebSocket.OPEN) this.#ws.send(text);
  }

  // The network came back, or somebody looks again: a phone that slept may hold a socket that is long dead.
  #lookNow = () => {
    if (this.#state.kind === "offline" && this.#reconnectAfterMs === undefined) this.#connect();
    else this.#doubt();
  };

  // The network is said to be gone: the socket would find out by itself, but in most of a minute.
  #doubt = () => {
    if (this.#state.kind === "online") this.#probe();
  };

  #shown = () => {
    if (document.visibilityState === "visible") this.#lookNow();
  };

  async #connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#reconnectAfterMs = undefined;
    this.#become({ kind: "connecting", since: this.#lostAt });
    const state = this.#state;
    let ticket: string;
    try {
      ticket = await this.#ticket();
    } catch {
      // An ended session stops this socket from outside; everything else may be better next time.
      if (this.#state === state) this.#lost();
      return;
    }
    // Stopped, or started anew, while the ticket was on its way.
    if (this.#state !== state) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const ws = new WebSocket(`${scheme}://${location.host}/ws?ticket=${encodeURIComponent(ticket)}`);
    this.#ws = ws;
    this.#aliveTimer = setTimeout(() => this.#lost(), CONNECT_MS);
    ws.addEventListener("message", ({ data }) => this.#ws === ws && this.#hear(data));
    ws.addEventListener("close", ({ code }) => this.#ws === ws && this.#closed(code));
  }

  #hear(data: unknown): void {
    if (typeof data !== "string") return;
    this.#expectSign(this.#heartbeatMs + ANSWER_MS, () => this.#probe());
    const frame = JSON.parse(data) as Frame;
    switch (frame.type) {
      case "hello":
        this.#heartbeatMs = frame.heartbeat_s * 1000;
        this.#onlineAt = Date.now();
        this.#become({ kind: "online" });
        break;
      case "server_closing":
        this.#reconnectAfterMs = frame.reconnect_after_ms;
        break;
      case "error":
        this.#answered(frame.ref)?.reject(refusal(frame));
        break;
      case "ack":
      case "pong":
      case "joined":
        this.#answered(frame.ref)?.resolve(frame);
        break;
    }
    this.#events.onFrame(frame);
  }

  #answered(ref: string | null | undefined): Waiting | undefined {
    if (typeof ref !== "string") return undefined;
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    return waiting;
  }

  /** Nothing was heard for long: an answer within some seconds, or the connection is dead. */
  #probe(): void {
    this.#expectSign(ANSWER_MS, () => this.#lost());
    this.send({ type: "ping" }).catch(() => undefined);
  }

  #expectSign(ms: number, otherwise: () => void): void {
    clearTimeout(this.#aliveTimer);
    this.#aliveTimer = setTimeout(otherwise, ms);
  }

  #closed(code: number): void {
    if (code === CLOSED.sessionEnded) {
      this.stop();
      this.#events.onEnd();
      return;
    }
    if (code === CLOSED.frameTooLarge) this.#refuseLargest();
    // Trying earlier would only be more of what it was closed for.
    if (code === CLOSED.flooding) this.#reconnectAfterMs = FLOODED_MS * (1 + Math.random());
    this.#lost();
  }

  /** One of the frames on their way was too large, and would be again. */
  #refuseLargest(): void {
    const [largest] = [...this.#waiting].sort(([, a], [, b]) => b.bytes - a.bytes);
    if (largest)
      this.#answered(largest[0])?.reject(
        new Problem({ code: "too_large", detail: "the frame is too large" }),
      );
  }

  /** There is no connection (any more): try again later. */
  #lost(): void {
    const now = Date.now();
    if (this.#state.kind === "online") {
      this.#lostAt = now;
      if (now - this.#onlineAt > SETTLED_MS) this.#failures = 0;
    }
    this.#drop();
    const wait = this.#reconnectAfterMs ?? backoff(this.#failures++);
    this.#become({ kind: "offline", since: this.#lostAt, retryAt: now + wait });
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
  }

  #drop(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#aliveTimer);
    const ws = this.#ws;
    this.#ws = undefined;
    ws?.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Disconnected());
  }

  #become(state: SocketState): void {
    this.#state = state;
    this.#events.onState(state);
  }
}

function refusal(frame: { code: ErrorCode; detail: string; retry_after?: number | null }): Problem {
  return new Problem({ code: frame.code, detail: frame.detail, retry_after: frame.retry_after ?? null });
}
