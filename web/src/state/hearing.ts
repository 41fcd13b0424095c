import type { ChatId, Seq, ServerFrame } from "../gen/api";
import { Problem } from "../wire/problem";
import type { Frame } from "../wire/socket";
import { onAnyFrame, socket } from "./connection";
import { me, whileIn } from "./session";

/**
 * Which chats this socket hears, and how far: passes each chat's durable frames on in the order of their numbers, over
 * gaps and reconnections. What comes twice is for the listeners to bear; a hole is not.
 */
type Hearing = {
  /** Everything up to here was passed on; the next one is one higher. */
  applied: Seq | undefined;
  state:
    | { kind: "silent" }
    /** `join` is on its way: what follows its answer begins after `after`. */
    | { kind: "asked"; after: Seq | undefined }
    | { kind: "joined" };
  /** Who wants to know that `applied` is known. */
  waiting?: ((known: boolean) => void)[];
};

export type HearingEvents = {
  onFrame?: (frame: Frame) => void;
  /** The server's log does not reach back to what was heard last: fetch everything of the chat anew. */
  onReset?: (chat: ChatId) => void;
  /** There is no such chat (any more), or it is not ours. */
  onGone?: (chat: ChatId) => void;
};

const hearings = new Map<ChatId, Hearing>();
/** Chats whose log is here: they must not miss anything. */
const held = new Set<ChatId>();
let wanted: ReadonlySet<ChatId> = new Set();
const listeners: HearingEvents[] = [];

/** Listeners hear in the order in which they came. */
export function onHeard(events: HearingEvents): void {
  listeners.push(events);
}

/**
 * Waits until it is known from which number on a chat is heard: what is fetched from then on has no hole before the
 * first frame. False when there is no such chat.
 */
export function whenKnown(chat: ChatId): Promise<boolean> {
  const hearing = of(chat);
  if (hearing.applied !== undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    hearing.waiting = [...(hearing.waiting ?? []), resolve];
  });
}

export function isJoined(chat: ChatId): boolean {
  return hearings.get(chat)?.state.kind === "joined";
}

/** Hears these chats, and those that are held. */
export function want(chats: ReadonlySet<ChatId>): void {
  wanted = chats;
  for (const chat of chats) joinIfSilent(chat);
  for (const chat of [...hearings.keys()]) leaveIfUnwanted(chat);
}

export function hold(chat: ChatId): void {
  held.add(chat);
  joinIfSilent(chat);
}

export function release(chat: ChatId): void {
  held.delete(chat);
  leaveIfUnwanted(chat);
}

/** What came up to `seq` is known from elsewhere: a chat that is not heard need not be told of it. */
export function skipTo(chat: ChatId, seq: Seq): void {
  const hearing = of(chat);
  const mayMiss = hearing.state.kind === "silent" && !held.has(chat);
  if (hearing.applied !== undefined && !mayMiss) return;
  if (hearing.applied === undefined || hearing.applied < seq) advance(hearing, seq);
}

/** Asks for the chat's state, and for all that was missed. */
export function rejoin(chat: ChatId): void {
  if (socket.state.kind === "online" && isWanted(chat)) join(chat);
}

function of(chat: ChatId): Hearing {
  let hearing = hearings.get(chat);
  if (!hearing) {
    hearing = { applied: undefined, state: { kind: "silent" } };
    hearings.set(chat, hearing);
  }
  return hearing;
}

function advance(hearing: Hearing, seq: Seq): void {
  hearing.applied = seq;
  tellWaiting(hearing, true);
}

function tellWaiting(hearing: Hearing, known: boolean): void {
  const { waiting = [] } = hearing;
  delete hearing.waiting;
  for (const tell of waiting) tell(known);
}

function isWanted(chat: ChatId): boolean {
  return wanted.has(chat) || held.has(chat);
}

function joinIfSilent(chat: ChatId): void {
  if (of(chat).state.kind === "silent") rejoin(chat);
}

function leaveIfUnwanted(chat: ChatId): void {
  const hearing = of(chat);
  if (hearing.state.kind !== "joined" || isWanted(chat)) return;
  hearing.state = { kind: "silent" };
  socket.send({ type: "leave", chat_id: chat }).catch(() => undefined);
}

function join(chat: ChatId): void {
  const hearing = of(chat);
  if (hearing.state.kind === "asked") return;
  const { applied: after } = hearing;
  const asked = { kind: "asked", after } as const;
  hearing.state = asked;
  const command = { type: "join", chat_id: chat } as const;
  // Its answer is handled where it stands among the frames: a promise may be heard too late for those behind it.
  socket.send(after === undefined ? command : { ...command, after }).catch((error: unknown) => {
    if (hearing.state !== asked) return;
    hearing.state = { kind: "silent" };
    refused(chat, error);
  });
}

function refused(chat: ChatId, error: unknown): void {
  if (!(error instanceof Problem)) return;
  if (error.code === "not_found") gone(chat);
  else if (error.code === "rate_limited" || error.code === "unavailable") {
    setTimeout(() => joinIfSilent(chat), (error.retryAfter ?? 1) * 1000);
  }
}

function gone(chat: ChatId): void {
  tellWaiting(of(chat), false);
  hearings.delete(chat);
  held.delete(chat);
  for (const { onGone } of listeners) onGone?.(chat);
}

function hear(frame: Frame): void {
  switch (frame.type) {
    case "hello":
      for (const hearing of hearings.values()) hearing.state = { kind: "silent" };
      pass(frame);
      // What the others missed is told by the list of chats; it is asked for now, and then they are wanted again.
      for (const chat of held) joinIfSilent(chat);
      return;
    case "joined":
      joined(frame);
      return;
    case "heads":
      for (const [chat, head] of Object.entries(frame.chats)) {
        const hearing = of(chat);
        if (hearing.state.kind === "joined" && hearing.applied !== undefined && head > hearing.applied)
          rejoin(chat);
      }
      pass(frame);
      return;
    case "resync":
      of(frame.chat_id).state = { kind: "silent" };
      rejoin(frame.chat_id);
      return;
    case "message":
    case "message_updated":
    case "message_deleted":
    case "participant_added":
    case "participant_removed":
    case "participant_role":
    case "chat_updated":
    case "chat_deleted":
      durable(frame, frame.chat_id, frame.seq);
      return;
    case "bot_stream":
      if (typeof frame.seq === "number") durable(frame, frame.chat_id, frame.seq);
      else pass(frame);
      return;
    default:
      pass(frame);
  }
}

function joined(frame: Extract<ServerFrame, { type: "joined" }>): void {
  const { chat_id: chat, reset, head_seq } = frame;
  const hearing = of(chat);
  if (hearing.state.kind !== "asked") return;
  const { after } = hearing.state;
  hearing.state = { kind: "joined" };
  advance(hearing, reset || after === undefined ? head_seq : after);
  if (reset) for (const { onReset } of listeners) onReset?.(chat);
  pass(frame);
  leaveIfUnwanted(chat);
}

/** A durable frame: passed on if it is the next one, asked for again if something before it is missing. */
function durable(frame: Frame, chat: ChatId, seq: Seq): void {
  const ends =
    frame.type === "chat_deleted" || (frame.type === "participant_removed" && frame.user.id === me()?.id);
  const hearing = of(chat);
  // The last one of a chat: told to the person where the room is not heard, and whatever came before.
  if (ends) {
    pass(frame);
    gone(chat);
    return;
  }
  if (hearing.state.kind === "silent") return;
  const next = hearing.applied === undefined ? seq : hearing.applied + 1;
  if (seq === next) {
    advance(hearing, seq);
    pass(frame);
  } else if (seq > next && hearing.state.kind === "joined") rejoin(chat);
}

function pass(frame: Frame): void {
  for (const { onFrame } of listeners) onFrame?.(frame);
}

onAnyFrame(hear);

whileIn(() => () => {
  for (const hearing of hearings.values()) tellWaiting(hearing, false);
  hearings.clear();
  held.clear();
  wanted = new Set();
});
