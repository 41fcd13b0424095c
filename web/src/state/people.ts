import { create } from "zustand";
import type { ChatId, Member, MemberRole, QueueEntry, Seq, User, UserId, UserRef } from "../gen/api";
import type { Frame } from "../wire/socket";
import { socket } from "./connection";
import { onHeard } from "./hearing";
import { me, whileIn } from "./session";

export type Queue = { running: readonly QueueEntry[]; waiting: readonly QueueEntry[] };

type Room = {
  members: readonly Member[];
  byId: ReadonlyMap<UserId, Member>;
  online: ReadonlySet<UserId>;
  readers: ReadonlyMap<UserId, Seq>;
};

const TYPING_MS = 5_000;
/** Others show it for 5 s; so often is enough. */
const TELL_TYPING_MS = 3_000;

const noRoom: Room = { members: [], byId: new Map(), online: new Set(), readers: new Map() };
export const noQueue: Queue = { running: [], waiting: [] };
export const nobody: readonly UserRef[] = [];

// Apart, because each changes at its own pace and is shown in other places.
const rooms = create<ReadonlyMap<ChatId, Room>>(() => new Map());
const typists = create<ReadonlyMap<ChatId, readonly UserRef[]>>(() => new Map());
const queues = create<ReadonlyMap<ChatId, Queue>>(() => new Map());

/** Owner first, then admins, then members by joining time; and who of them is there. */
export function usePeople(chat: ChatId): { members: readonly Member[]; online: ReadonlySet<UserId> } {
  return rooms((all) => all.get(chat) ?? noRoom);
}

/** Its identity stays while nobody comes, goes or changes. */
export function useMembers(chat: ChatId): readonly Member[] {
  return rooms((all) => (all.get(chat) ?? noRoom).members);
}

export function useMember(chat: ChatId, user: UserId): Member | undefined {
  return rooms((all) => all.get(chat)?.byId.get(user));
}

/** What somebody is called now; who is not there (any more) keeps the name that stands on what they wrote. */
export function nameIn(members: readonly Member[], user: UserId, written: string): string {
  return members.find((member) => member.user_id === user)?.display_name ?? written;
}

/** The same, for a row that shows one person. */
export function useName(chat: ChatId, user: UserId, written: string): string {
  return useMember(chat, user)?.display_name ?? written;
}

/** Never oneself; each for 5 s after the last sign. */
export function useTyping(chat: ChatId): readonly UserRef[] {
  return typists((all) => all.get(chat) ?? nobody);
}

/** Who types, by chat. */
export function useTypists(): ReadonlyMap<ChatId, readonly UserRef[]> {
  return typists();
}

/** How far each has read. */
export function useReaders(chat: ChatId): ReadonlyMap<UserId, Seq> {
  return rooms((all) => all.get(chat)?.readers ?? noRoom.readers);
}

/** Replies that are being written and that wait. */
export function useQueue(chat: ChatId): Queue {
  return queues((all) => all.get(chat) ?? noQueue);
}

export function useQueues(): ReadonlyMap<ChatId, Queue> {
  return queues();
}

const toldTyping = new Map<ChatId, number>();

/** Call it at every key; it tells the others as often as they need. */
export function sendTyping(chat: ChatId): void {
  const now = Date.now();
  if (now - (toldTyping.get(chat) ?? 0) < TELL_TYPING_MS) return;
  toldTyping.set(chat, now);
  socket.tell({ type: "typing", chat_id: chat });
}

/** What was typed has been sent: the next key is news again. */
export function stopTyping(chat: ChatId): void {
  toldTyping.delete(chat);
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();

function types(chat: ChatId, user: UserRef): void {
  if (user.id === me()?.id) return;
  const key = `${chat} ${user.id}`;
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => typesNoMore(chat, user.id), TYPING_MS),
  );
  const now = typists.getState().get(chat) ?? nobody;
  if (!now.some((one) => one.id === user.id)) setTypists(chat, [...now, user]);
}

function typesNoMore(chat: ChatId, user: UserId): void {
  const key = `${chat} ${user}`;
  clearTimeout(timers.get(key));
  if (!timers.delete(key)) return;
  setTypists(
    chat,
    (typists.getState().get(chat) ?? nobody).filter((one) => one.id !== user),
  );
}

function setTypists(chat: ChatId, users: readonly UserRef[]): void {
  typists.setState(
    users.length > 0 ? new Map(typists.getState()).set(chat, users) : without(typists.getState(), chat),
    true,
  );
}

function without<T>(map: ReadonlyMap<ChatId, T>, chat: ChatId): ReadonlyMap<ChatId, T> {
  const rest = new Map(map);
  rest.delete(chat);
  return rest;
}

function setQueue(chat: ChatId, queue: Queue): void {
  const now = queues.getState();
  const isIdle = queue.running.length + queue.waiting.length === 0;
  if (!isIdle) queues.setState(new Map(now).set(chat, queue), true);
  else if (now.has(chat)) queues.setState(without(now, chat), true);
}

function changeRoom(chat: ChatId, change: (room: Room) => Partial<Room>): void {
  const now = rooms.getState();
  const old = now.get(chat);
  if (old) rooms.setState(new Map(now).set(chat, { ...old, ...change(old) }), true);
}

const ranks: Record<MemberRole, number> = { owner: 0, admin: 1, member: 2 };

function setMembers(chat: ChatId, members: (now: readonly Member[]) => readonly Member[]): void {
  changeRoom(chat, (room) => {
    // Stable: within a role they stay in the order in which they joined.
    const sorted = [...members(room.members)].sort((a, b) => ranks[a.role] - ranks[b.role]);
    return { members: sorted, byId: new Map(sorted.map((member) => [member.user_id, member])) };
  });
}

function memberOf({ id: user_id, kind, username, display_name }: User, joined_at: string): Member {
  return { user_id, kind, username, display_name, is_bot: kind === "agent", role: "member", joined_at };
}

function rename({ id, display_name }: User): void {
  for (const [chat, { byId }] of rooms.getState()) {
    if (!byId.has(id)) continue;
    setMembers(chat, (now) => now.map((one) => (one.user_id === id ? { ...one, display_name } : one)));
  }
}

function forget(chat: ChatId): void {
  for (const user of typists.getState().get(chat) ?? nobody) typesNoMore(chat, user.id);
  setQueue(chat, noQueue);
  rooms.setState(without(rooms.getState(), chat), true);
}

function hear(frame: Frame): void {
  switch (frame.type) {
    case "joined": {
      const { chat_id, participants: members, online, read_positions } = frame;
      const byId = new Map(members.map((member) => [member.user_id, member]));
      const readers = new Map(read_positions.map((one) => [one.user_id, one.last_read_seq]));
      const room: Room = { members, byId, online: new Set(online), readers };
      rooms.setState(new Map(rooms.getState()).set(chat_id, room), true);
      // An empty queue is not told; one that is not empty comes next.
      setQueue(chat_id, noQueue);
      break;
    }
    case "user_joined":
      changeRoom(frame.chat_id, ({ online }) => ({ online: new Set(online).add(frame.user_id) }));
      break;
    case "user_left":
      typesNoMore(frame.chat_id, frame.user_id);
      changeRoom(frame.chat_id, ({ online }) => ({
        online: new Set([...online].filter((id) => id !== frame.user_id)),
      }));
      break;
    case "participant_added":
      setMembers(frame.chat_id, (now) => [
        ...now.filter((one) => one.user_id !== frame.user.id),
        memberOf(frame.user, frame.message.created_at),
      ]);
      break;
    case "participant_removed":
      typesNoMore(frame.chat_id, frame.user.id);
      setMembers(frame.chat_id, (now) => now.filter((one) => one.user_id !== frame.user.id));
      break;
    case "participant_role":
      setMembers(frame.chat_id, (now) =>
        now.map((one) => (one.user_id === frame.user.id ? { ...one, role: frame.role } : one)),
      );
      break;
    case "read":
      changeRoom(frame.chat_id, ({ readers }) => ({
        readers: new Map(readers).set(
          frame.user_id,
          Math.max(frame.last_read_seq, readers.get(frame.user_id) ?? 0),
        ),
      }));
      break;
    case "typing":
      types(frame.chat_id, {
        id: frame.user_id,
        username: frame.username,
        display_name: frame.display_name,
      });
      break;
    case "message":
      typesNoMore(frame.chat_id, frame.user_id);
      break;
    case "bot_queue":
      setQueue(frame.chat_id, { running: frame.running, waiting: frame.waiting });
      break;
    case "user_updated":
      rename(frame.user);
      break;
  }
}

onHeard({ onFrame: hear, onGone: forget });

whileIn(() => () => {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  toldTyping.clear();
  rooms.setState(new Map(), true);
  typists.setState(new Map(), true);
  queues.setState(new Map(), true);
});
