import type { ChatId, Seq } from "../gen/api";
import { frontChat, isFocused, onAttention } from "./attention";
import { item } from "./chatList";
import { readUpTo, seen } from "./chatNews";
import { socket } from "./connection";
import { onHeard } from "./hearing";
import { unreadAfter } from "./rooms";
import { whileIn } from "./session";

/** So long something has to be before somebody's eyes. */
const READ_MS = 1_000;

type Sight = { seq: Seq; since: number };

let chat: ChatId | undefined;
/** What is on the screen: the further down, the later it came there. */
let sights: Sight[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Positions that the server has not confirmed. */
const untold = new Map<ChatId, Seq>();

/** The newest row that is on the screen now. Read is what stayed there for a second in a focused window. */
export function reportVisible(visibleChat: ChatId, seq: Seq): void {
  if (visibleChat !== chat) sights = [];
  chat = visibleChat;
  // Scrolled past: not read.
  sights = sights.filter((sight) => sight.seq <= seq);
  if (sights.at(-1)?.seq !== seq) sights.push({ seq, since: Date.now() });
  if (isFocused()) seen(visibleChat);
  look();
}

/** Reads what has been there for long enough, and waits for the next. */
function look(): void {
  clearTimeout(timer);
  if (chat === undefined || !isFocused()) return;
  const now = Date.now();
  const ripe = sights.filter((sight) => now - sight.since >= READ_MS).at(-1);
  if (ripe) read(chat, ripe.seq);
  const next = sights.find((sight) => now - sight.since < READ_MS);
  if (next) timer = setTimeout(look, next.since + READ_MS - now);
}

function read(chat: ChatId, seq: Seq): void {
  const known = item(chat);
  if (!known || seq <= known.last_read_seq) return;
  readUpTo(chat, seq, unreadAfter(chat, seq));
  untold.set(chat, seq);
  tell(chat);
}

function tell(chat: ChatId): void {
  const seq = untold.get(chat);
  if (seq === undefined) return;
  socket.send({ type: "read", chat_id: chat, last_read_seq: seq }).then(
    () => untold.get(chat) === seq && untold.delete(chat),
    // Told again after reconnecting; a refusal would be one again.
    () => undefined,
  );
}

onAttention(() => {
  if (chat !== undefined && frontChat() !== chat) {
    chat = undefined;
    sights = [];
  }
  // Nobody saw what was there while nobody looked: the second begins now.
  const now = Date.now();
  sights = sights.slice(-1).map(({ seq }) => ({ seq, since: now }));
  if (chat !== undefined && isFocused()) seen(chat);
  look();
});

onHeard({
  onFrame: (frame) => {
    if (frame.type === "hello") for (const chat of untold.keys()) tell(chat);
  },
  onGone: (chat) => untold.delete(chat),
});

whileIn(() => () => {
  clearTimeout(timer);
  chat = undefined;
  sights = [];
  untold.clear();
});
