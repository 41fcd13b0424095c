import { MessageRow } from "../message/MessageRow";
import { SystemRow } from "../message/SystemRow";
import type { Entry } from "./entries";
import { DayLine, UnreadLine } from "./lines";

type EntryRowProps = { entry: Exclude<Entry, { kind: "intro" }>; flash: boolean; receipts: boolean };

/** A row and the lines above it. */
export function EntryRow({ entry, flash, receipts }: EntryRowProps) {
  return (
    <>
      {entry.day && <DayLine at={entry.day} />}
      {entry.unread && <UnreadLine />}
      <Said {...{ entry, flash, receipts }} />
    </>
  );
}

function Said({ entry, flash, receipts }: EntryRowProps) {
  switch (entry.kind) {
    case "system":
      return <SystemRow messages={entry.messages} change={entry.change} flash={flash} />;
    case "message":
      return (
        <MessageRow id={entry.key} message={entry.message} grouped={entry.grouped} {...{ flash, receipts }} />
      );
    case "pending":
      return (
        <MessageRow id={entry.key} pending={entry.pending} grouped={entry.grouped} {...{ flash, receipts }} />
      );
  }
}
