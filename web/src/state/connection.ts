import { useEffect, useState } from "react";
import { create } from "zustand";
import { api, must } from "../wire/api";
import { type Frame, Socket, type SocketState } from "../wire/socket";
import { sessionEnded, setMe, whileIn } from "./session";

export type Connection =
  | { kind: "online" }
  | { kind: "connecting"; since: number }
  | { kind: "offline"; since: number; retryAt: number };

const BANNER_AFTER_MS = 5_000;

const store = create<SocketState>(() => ({ kind: "stopped" }));
const listeners = new Set<(frame: Frame) => void>();

/** This tab's connection; chats are joined anew at every `hello`. */
export const socket = new Socket(ticket, {
  onFrame,
  onState: (state) => store.setState(state, true),
  onEnd: sessionEnded,
});

whileIn(() => {
  socket.start();
  return () => socket.stop();
});

async function ticket(): Promise<string> {
  return (await must(api.POST("/api/auth/ws-ticket"))).ticket;
}

function onFrame(frame: Frame): void {
  if (frame.type === "hello") setMe(frame.user);
  for (const hear of listeners) hear(frame);
}

/** Every frame, as it comes. */
export function onAnyFrame(hear: (frame: Frame) => void): void {
  listeners.add(hear);
}

export function isOnline(): boolean {
  return store.getState().kind === "online";
}

/** `showBanner` becomes true only after 5 s without a connection: short holes are nobody's business. */
export function useConnection(): Connection & { showBanner: boolean } {
  const state = store();
  const since = state.kind === "connecting" || state.kind === "offline" ? state.since : undefined;
  // Not a time: the timer may go off a moment before the clock says that it is due, and would not go off again.
  const [long, setLong] = useState<number>();
  useEffect(() => {
    if (since === undefined) return;
    const timer = setTimeout(() => setLong(since), Math.max(0, since + BANNER_AFTER_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);
  // Before the session is there, there is no connection to miss.
  if (state.kind === "stopped") return { kind: "online", showBanner: false };
  return { ...state, showBanner: since !== undefined && since === long };
}

export function retryNow(): void {
  socket.retryNow();
}
