import { create } from "zustand";
import type { ChatId } from "../gen/api";

export type RoomDialog = "invite" | "rename" | "ai" | "leave" | "delete";

type Shown = {
  /** The dialog that is open, and whose chat it is about. */
  dialog?: { chat: ChatId; kind: RoomDialog } | undefined;
  /** Whether the members stand beside the room. */
  members: boolean;
};

const store = create<Shown>(() => ({ members: false }));

export function openDialog(chat: ChatId, kind: RoomDialog): void {
  store.setState({ dialog: { chat, kind } });
}

export function closeDialog(): void {
  store.setState({ dialog: undefined });
}

/** The dialog that is open about this chat. */
export function useDialog(chat: ChatId): RoomDialog | undefined {
  return store(({ dialog }) => (dialog?.chat === chat ? dialog.kind : undefined));
}

/** Opens and closes the members; the focus goes back there. */
export const MEMBERS_BUTTON = "members-button";

export function showMembers(members: boolean): void {
  store.setState({ members });
}

export function useMembersShown(): boolean {
  return store(({ members }) => members);
}
