import { createContext, useContext } from "react";
import type { ChatId, Message, Seq } from "../gen/api";
import type { Mentions } from "../markdown/mentions";
import type { Place } from "./actions";

/** What every row of a room needs; its identity changes only with what it says. */
export type Room = Place & {
  chat: ChatId;
  mentions: Mentions;
  /** Brings a message to the eye, wherever it is. */
  show: (seq: Seq) => void;
  askDelete: (message: Message) => void;
};

export const RoomContext = createContext<Room | undefined>(undefined);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error("a row stands in a room");
  return room;
}
