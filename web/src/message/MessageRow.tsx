import { memo } from "react";
import type { Message } from "../gen/api";
import type { PendingPost } from "../state/log";
import { BotRow } from "./BotRow";
import "./message.css";
import { PersonRow } from "./PersonRow";

type MessageRowProps = {
  id: string;
  grouped: boolean;
  flash: boolean;
  /** It is the newest of mine: shows who has read it. */
  receipts: boolean;
} & ({ message: Message; pending?: undefined } | { pending: PendingPost; message?: undefined });

/** One message. Drawn again only when what it says has changed. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { id, message, flash } = props;
  return message?.is_bot ? <BotRow {...{ id, message, flash }} /> : <PersonRow {...props} />;
});
