import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";
import { useChats } from "../state/chats";
import { openOverlay, toggleOverlay } from "../state/overlay";
import { neighbour, unreadNeighbour } from "./chatlist";
import { loadPalette } from "./loadPalette";
import { commandKeyName, isTyping, shortcutOf } from "./shortcuts";

/** The keys that work anywhere. They live in the first chunk: a lazy listener would miss the first press. */
export function useShortcuts(): void {
  const navigate = useNavigate();
  const { chat } = useParams({ strict: false });
  const chats = useChats() ?? [];

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === commandKeyName) void loadPalette();
    const shortcut = shortcutOf(event, isTyping(event.target));
    if (!shortcut) return;
    event.preventDefault();
    switch (shortcut) {
      case "palette":
        return toggleOverlay({ kind: "palette" });
      case "shortcuts":
        return openOverlay({ kind: "shortcuts" });
      case "next":
        return go(neighbour(chats, chat, 1)?.id);
      case "previous":
        return go(neighbour(chats, chat, -1)?.id);
      case "next-unread":
        return go(unreadNeighbour(chats, chat, 1)?.id);
      case "previous-unread":
        return go(unreadNeighbour(chats, chat, -1)?.id);
    }
  });

  function go(id: string | undefined) {
    if (id) void navigate({ to: "/c/$chat", params: { chat: id } });
  }

  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
