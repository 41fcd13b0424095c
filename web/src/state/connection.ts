export type Connection =
  | { kind: "online" }
  | { kind: "connecting"; since: number }
  | { kind: "offline"; since: number; retryAt: number };

/** `showBanner` becomes true only after 5 s without a connection: short holes are nobody's business. */
export function useConnection(): Connection & { showBanner: boolean } {
  throw new Error("not yet");
}

export function retryNow(): void {}
