import { useSyncExternalStore } from "react";
import type { ChatId, Message, MessageId, RunId } from "../gen/api";
import type { Frame } from "../wire/socket";
import { isWaitedFor } from "./asked";
import { onHeard, rejoin } from "./hearing";
import { messageOf } from "./messageOf";
import { whileIn } from "./session";

/** What a reply says so far. `waiting`: nothing yet. */
export type StreamView = { text: string; phase: "waiting" | "writing" };

/** Painting more often costs twice the work and nobody sees it. */
const PAINT_MS = 50;

const waiting: StreamView = { text: "", phase: "waiting" };

/** One reply's text: a chunk draws one row anew and touches nothing else. */
type Cell = {
  chat: ChatId;
  /** Which attempt the text is from; unknown while only the room's snapshot told of it. */
  run: RunId | undefined;
  text: string;
  /** The chunk to come; unknown where the text is from the database, which lags behind. */
  next: number | undefined;
  /** What is on the screen. */
  view: StreamView;
};

const cells = new Map<MessageId, Cell>();
const subscribers = new Map<MessageId, Set<() => void>>();

export function useStream(reply: MessageId): StreamView {
  return useSyncExternalStore(
    (changed) => subscribe(reply, changed),
    () => cells.get(reply)?.view ?? waiting,
  );
}

function subscribe(reply: MessageId, changed: () => void): () => void {
  const mine = subscribers.get(reply) ?? new Set();
  subscribers.set(reply, mine.add(changed));
  return () => {
    mine.delete(changed);
    if (mine.size === 0) subscribers.delete(reply);
  };
}

// One clock for all replies, so that two that are written at once are painted together.
const unpainted = new Set<MessageId>();
let clock: ReturnType<typeof setTimeout> | undefined;
let paintedAt = 0;

function touch(reply: MessageId): void {
  unpainted.add(reply);
  clock ??= setTimeout(paint, Math.max(0, paintedAt + PAINT_MS - performance.now()));
}

function paint(): void {
  clock = undefined;
  paintedAt = performance.now();
  const due = [...unpainted];
  unpainted.clear();
  for (const reply of due) show(reply);
}

function show(reply: MessageId): void {
  const cell = cells.get(reply);
  if (cell) cell.view = cell.text === "" ? waiting : { text: cell.text, phase: "writing" };
  for (const changed of subscribers.get(reply) ?? []) changed();
}

function begin(reply: MessageId, cell: Omit<Cell, "view">): void {
  cells.set(reply, { ...cell, view: cells.get(reply)?.view ?? waiting });
  touch(reply);
}

function end(reply: MessageId): void {
  if (!cells.delete(reply)) return;
  unpainted.delete(reply);
  show(reply);
}

/** A reply as a frame or a page shows it: begins its text, or ends it. */
export function follow(message: Message): void {
  const { id, chat_id: chat, run, status, content } = message;
  if (!run) return;
  if (!isWaitedFor(status)) {
    end(id);
    return;
  }
  const cell = cells.get(id);
  if (cell && (cell.run === undefined || cell.run === run.id)) {
    cell.run = run.id;
    return;
  }
  // New, or tried again. While it waits, its text is what it goes on from; later the database has the text up to some
  // moment: its next chunk cannot be told from it.
  const next = content === "" || status === "queued" ? 0 : undefined;
  begin(id, { chat, run: run.id, text: content, next });
}

function hear(frame: Frame): void {
  if (frame.type === "message" || frame.type === "message_updated") {
    follow(messageOf(frame));
  } else if (frame.type === "joined") {
    for (const { message_id, run_id: run, content: text, next_index: next } of frame.streams) {
      begin(message_id, { chat: frame.chat_id, run, text, next });
    }
  } else if (frame.type === "bot_stream" && frame.is_complete) {
    end(frame.message_id);
  } else if (frame.type === "bot_stream" && typeof frame.index === "number") {
    chunk(frame.chat_id, frame.message_id, frame.index, frame.chunk);
  } else if (frame.type === "message_deleted") {
    end(frame.message_id);
  }
}

function chunk(chat: ChatId, reply: MessageId, index: number, text: string): void {
  let cell = cells.get(reply);
  if (!cell && index === 0) {
    begin(reply, { chat, run: undefined, text: "", next: 0 });
    cell = cells.get(reply);
  }
  if (cell?.next === index) {
    cell.text += text;
    cell.next++;
    touch(reply);
  } else if (cell?.next === undefined || index > cell.next) {
    // Something before it is missing: the room tells the text so far.
    rejoin(chat);
  }
}

function forget(chat: ChatId): void {
  for (const [reply, cell] of cells) if (cell.chat === chat) end(reply);
}

onHeard({ onFrame: hear, onGone: forget });

whileIn(() => () => {
  clearTimeout(clock);
  clock = undefined;
  unpainted.clear();
  cells.clear();
});
