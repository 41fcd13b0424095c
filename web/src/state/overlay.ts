import { create } from "zustand";
import type { ChatId, ChatKind, Message, Seq } from "../gen/api";

/** Brings a message of the room below to the eye. */
type Show = (seq: Seq) => void;

/** What lies over the page: one at a time. */
export type Overlay =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | { kind: "new-chat"; chat: ChatKind }
  | { kind: "branch"; from: Message }
  | { kind: "saw"; reply: Message; show: Show }
  | { kind: "catch-up"; chat: ChatId; since: Seq; until: Seq; show: Show };

const store = create<{ overlay: Overlay | undefined }>(() => ({ overlay: undefined }));

export function useOverlay(): Overlay | undefined {
  return store((state) => state.overlay);
}

/** Opens an overlay; what it needs is fetched when it is first wanted. */
export function openOverlay(overlay: Overlay): void {
  store.setState({ overlay });
}

export function closeOverlay(): void {
  store.setState({ overlay: undefined });
}

/** For keys that open and close the same overlay. */
export function toggleOverlay(overlay: Overlay): void {
  if (store.getState().overlay?.kind === overlay.kind) closeOverlay();
  else openOverlay(overlay);
}
