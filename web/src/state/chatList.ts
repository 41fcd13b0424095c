import { create } from "zustand";
import type { Chat, ChatId, ChatListItem, User } from "../gen/api";
import { t } from "../i18n";
import { api, must } from "../wire/api";
import { backoff } from "../wire/backoff";
import { isWaitedFor } from "./asked";
import { skipTo, want } from "./hearing";
import { mentions } from "./mentions";
import { me, whileIn } from "./session";

/** So many of the newest are heard live; of the others the server only tells that they went on. */
const HEARD = 100;
const PAGE = 200;
/** So much of a page was on the one before it: as many chats may go while we page, and none is missed. */
const OVERLAP = 10;
const SOON_MS = 2_000;

export type Item = ChatListItem & {
  /** Up to which number `unread_count` and `last_message` know everything. */
  counted: number;
  mention: boolean;
};

type State = {
  /** Newest activity first; undefined until it has come for the first time. */
  order: readonly ChatId[] | undefined;
  items: ReadonlyMap<ChatId, Item>;
};

const empty: State = { order: undefined, items: new Map() };

export const chatList = create<State>(() => empty);

export function item(chat: ChatId): Item | undefined {
  return chatList.getState().items.get(chat);
}

/** What a chat is called. */
export function titleOf({ name, peer, kind }: Pick<Item, "name" | "peer" | "kind">): string {
  return name ?? peer?.display_name ?? t(kind === "ai" ? "system.untitled_ai" : "system.untitled");
}

/** Unread messages of all chats but the muted ones. */
export function totalUnread(): number {
  let total = 0;
  for (const { unread_count, notify } of chatList.getState().items.values()) {
    if (notify !== "none") total += unread_count;
  }
  return total;
}

export function change(chat: ChatId, change: (item: Item) => Item): void {
  const { items } = chatList.getState();
  const old = items.get(chat);
  if (!old) return;
  const next = change(old);
  if (next !== old) chatList.setState({ items: new Map(items).set(chat, next) });
}

/** Somebody is called otherwise now: where the list names them, too. */
export function rename({ id, display_name }: User): void {
  for (const [chat, { peer, last_message: last }] of chatList.getState().items) {
    if (peer?.id === id) change(chat, (old) => ({ ...old, peer: { ...peer, display_name } }));
    if (last?.user_id === id) change(chat, (old) => ({ ...old, last_message: { ...last, display_name } }));
  }
}

/** A chat that was made, found or joined. */
export function add(chat: Chat): void {
  const known = item(chat.id);
  // The list may have overtaken the invitation: what it said then is older than what we hold.
  const isLate = known !== undefined && known.counted > chat.head_seq;
  const fresh: Item = isLate
    ? known
    : { unread_count: 0, mention: false, counted: chat.head_seq, ...known, ...chat };
  chatList.setState(({ items }) => ({ items: new Map(items).set(chat.id, fresh) }));
  skipTo(chat.id, chat.head_seq);
  toTop(chat.id);
  wantNewest();
  // Who the other one is, and what was said last, only the list knows.
  refetch();
}

export function drop(chat: ChatId): void {
  const { order, items } = chatList.getState();
  const rest = new Map(items);
  if (!rest.delete(chat)) return;
  chatList.setState({ items: rest, order: order?.filter((id) => id !== chat) });
  wantNewest();
}

export function toTop(chat: ChatId): void {
  const { order } = chatList.getState();
  if (!order || order[0] === chat) return;
  const place = order.indexOf(chat);
  chatList.setState({ order: [chat, ...order.filter((id) => id !== chat)] });
  if (place >= HEARD) wantNewest();
}

function wantNewest(): void {
  want(new Set(chatList.getState().order?.slice(0, HEARD)));
}

/** The fetch that counts: an earlier one, or one for somebody who has left, is for nobody. */
let latest = 0;
let isFetching = false;
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Has the list of the server correct ours, in a while: for what happens often and is nearly right meanwhile. */
export function refetchSoon(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    // What is on its way may be from before; but it may not be given up for ever, either.
    if (isFetching) refetchSoon();
    else refetch();
  }, SOON_MS);
}

/** Fetches the list now. One that was on its way, perhaps over a connection that is dead, is given up. */
export async function refetch(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const mine = ++latest;
  isFetching = true;
  try {
    await fetchAll(() => mine === latest);
    if (mine === latest) failures = 0;
  } catch {
    if (mine === latest) timer = setTimeout(refetch, backoff(failures++));
  }
  if (mine === latest) isFetching = false;
}

async function fetchAll(isCurrent: () => boolean): Promise<void> {
  const before = chatList.getState().items;
  const seen = new Set<ChatId>();
  for (let offset = 0; ; offset += PAGE - OVERLAP) {
    const query = { limit: PAGE, offset };
    const page: ChatListItem[] = await must(api.GET("/api/chats", { params: { query } }));
    if (!isCurrent()) return;
    const [first] = page;
    if (offset > 0 && !(first && seen.has(first.id))) throw new Error("the list has moved away");
    for (const chat of page) seen.add(chat.id);
    takePage(page, seen);
    if (page.length < PAGE) break;
  }
  for (const [chat, known] of before) {
    // One that went on meanwhile may have moved up from one page to another, past us.
    if (!seen.has(chat) && item(chat) === known) drop(chat);
  }
}

function takePage(page: readonly ChatListItem[], seen: ReadonlySet<ChatId>): void {
  const { order, items } = chatList.getState();
  const next = new Map(items);
  for (const chat of page) {
    next.set(chat.id, corrected(items.get(chat.id), chat));
    skipTo(chat.id, chat.head_seq);
  }
  chatList.setState({ items: next, order: [...seen, ...(order ?? []).filter((id) => !seen.has(id))] });
  wantNewest();
}

/** The server's word, unless frames have told us of something later. */
function corrected(old: Item | undefined, chat: ChatListItem): Item {
  if (!old) return { ...chat, counted: chat.head_seq, mention: callsMe(chat) };
  if (chat.head_seq < old.counted) return old;
  const isNew = chat.head_seq > old.counted;
  const isRead = chat.unread_count === 0 && chat.last_read_seq > old.last_read_seq;
  const mention = (old.mention && !isRead) || (isNew && callsMe(chat));
  const fresh: Item = { ...chat, counted: chat.head_seq, mention };
  if (chat.last_read_seq >= old.last_read_seq) return fresh;
  // Our own reading is still on its way to the server.
  return { ...fresh, last_read_seq: old.last_read_seq, unread_count: old.unread_count };
}

/** Whether the last message is unread and mentions me, or is the answer that I asked for. */
function callsMe({ last_message: last, unread_count }: ChatListItem): boolean {
  const mine = me();
  if (!last || !mine || unread_count === 0) return false;
  if (last.is_bot) return last.asked_by === mine.id && !isWaitedFor(last.status);
  return mentions(last.content, mine.username);
}

whileIn(() => {
  refetch();
  return () => {
    latest++;
    failures = 0;
    clearTimeout(timer);
    timer = undefined;
    chatList.setState(empty, true);
  };
});
