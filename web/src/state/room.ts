import { createStore } from "zustand";
import type { ChatId, Message, MessageId, Seq } from "../gen/api";
import { problemText } from "../i18n";
import { api, Disconnected, Problem } from "../wire/api";
import { isWatched } from "./attention";
import { item } from "./chatList";
import { whenKnown } from "./hearing";
import { settle, unsent } from "./posts";
import { me } from "./session";
import { follow } from "./stream";
import { Window } from "./window";

export type PendingPost = {
  client_id: string;
  content: string;
  reply_to?: MessageId;
  state: "pending" | "failed";
  /** There was too much at once: it goes out by itself at this moment. */
  waitsUntil?: number;
  /** Why it failed, for people. */
  error?: string;
};

/** `key` stays the same when what was pending becomes a message. */
export type Row = { key: string; message: Message } | { key: string; pending: PendingPost };

export type Log = {
  rows: readonly Row[];
  /** Nothing is older (newer) than what is here. */
  atStart: boolean;
  atEnd: boolean;
  loading: "none" | "older" | "newer" | "first";
  /** The first message that was new when somebody looked here again. */
  dividerSeq?: Seq;
  /** Why the last page did not come. Loading again tries again. */
  error?: unknown;
};

const PAGE = 100;
/** So many rows of a chat are kept; further ones push out those at the other end. */
const KEPT = 2_000;
/** They go by so many at once, not one with each message. */
const SURPLUS = 200;
/** More unread ones than this: begin where reading stopped, not at the end. */
const FEW = 50;

type Place = { around?: Seq; before?: Seq; after?: Seq };
type Page = { messages: Message[]; hasOlder: boolean; hasNewer: boolean };

/** One chat's log: pages from the server, frames, and what was not sent yet, as rows. */
export class Room {
  readonly chat: ChatId;
  readonly store = createStore<Log>(() => ({ rows: [], atStart: false, atEnd: false, loading: "none" }));
  #window = new Window(keyOf);
  #atStart = false;
  #atEnd = false;
  #loading: Log["loading"] = "none";
  #error: unknown;
  #divider: Seq | undefined;
  /** What came while a page was on its way: the page may be from before. */
  #meanwhile: (() => void)[] = [];
  /** The load that counts; an earlier one that comes late is for nobody. */
  #load = 0;
  /** Where the reader went last: what is at the other end may go. */
  #heading: "older" | "newer" = "newer";

  constructor(chat: ChatId) {
    this.chat = chat;
    this.show();
  }

  /** The newest page; or, where much is unread, the one where reading stopped. */
  async open(): Promise<void> {
    if (this.#loading !== "none" || this.#window.rows.length > 0) return;
    await this.#first(() => {
      const chat = item(this.chat);
      return chat && chat.unread_count > FEW ? { around: chat.last_read_seq } : {};
    });
  }

  async openAround(seq: Seq): Promise<void> {
    const { oldest, newest } = this.#window;
    const isHere =
      oldest !== undefined && newest !== undefined && seq >= oldest && (seq <= newest || this.#atEnd);
    if (!isHere) await this.#first(() => ({ around: seq }));
  }

  async jumpToLatest(): Promise<void> {
    if (!this.#atEnd) await this.#first(() => ({}));
  }

  /** What is here has a hole that no frame will fill. */
  async refetch(): Promise<void> {
    const middle = this.#window.rows[this.#window.rows.length >> 1]?.message.seq;
    await this.#first(() => (this.#atEnd || middle === undefined ? {} : { around: middle }));
  }

  async loadOlder(): Promise<void> {
    const { oldest } = this.#window;
    if (this.#atStart || oldest === undefined || this.#loading !== "none") return;
    this.#heading = "older";
    const page = await this.#fetch("older", { before: oldest });
    if (!page) return;
    this.#atStart = !page.hasOlder;
    this.#take(page);
  }

  async loadNewer(): Promise<void> {
    const { newest } = this.#window;
    if (this.#atEnd || newest === undefined || this.#loading !== "none") return;
    this.#heading = "newer";
    const page = await this.#fetch("newer", { after: newest });
    if (!page) return;
    this.#atEnd = !page.hasNewer;
    this.#take(page);
  }

  /** Somebody looks here again: what is new since then comes below a line. */
  reopen(): void {
    const chat = item(this.chat);
    this.#divider = undefined;
    if (chat && chat.unread_count > 0) {
      const first = this.#window.rows.find(
        ({ message }) => message.seq > chat.last_read_seq && isOthers(message),
      );
      this.#divider = first?.message.seq;
    }
    this.show();
  }

  get(id: MessageId): Message | undefined {
    return this.#window.get(id);
  }

  /** How many of the others' messages lie behind `seq`; undefined where not all of them are here. */
  unreadAfter(seq: Seq): number | undefined {
    const { oldest } = this.#window;
    if (!this.#atEnd || oldest === undefined || (oldest > seq + 1 && !this.#atStart)) return undefined;
    let count = 0;
    for (let place = this.#window.rows.length - 1; place >= 0; place--) {
      const message = this.#window.rows[place]?.message;
      if (!message || message.seq <= seq) break;
      if (isOthers(message) && !message.deleted_at) count++;
    }
    return count;
  }

  /** A message, new or not, as a frame brings it. */
  hear(message: Message): void {
    this.#now(() => {
      const { newest } = this.#window;
      if (this.#atEnd || (newest !== undefined && message.seq <= newest)) this.#window.put([message]);
      else return;
      this.#trim();
      this.#draw(message);
    });
  }

  /** A change of a message, should it be here. */
  update(id: MessageId, change: (message: Message) => Message): void {
    this.#now(() => this.#window.update(id, change));
  }

  /** The connection is back: what failed for want of it is tried again. */
  recover(): void {
    if (!(this.#error instanceof Disconnected)) return;
    this.#error = undefined;
    this.show();
    this.open();
  }

  /** There is no such chat any more. */
  close(): void {
    this.#load++;
    this.#window.clear();
    this.#meanwhile = [];
    this.#loading = "none";
    this.#error = new Problem({ code: "not_found", detail: "there is no such chat" });
    this.show();
  }

  /** Draws what is known as rows. */
  show(): void {
    const pending = unsent(this.chat).filter((post) => !this.#window.hasKey(post.client_id));
    const rows: readonly Row[] =
      pending.length === 0 ? this.#window.rows : [...this.#window.rows, ...pending.map(pendingRow)];
    const log: Log = { rows, atStart: this.#atStart, atEnd: this.#atEnd, loading: this.#loading };
    if (this.#divider !== undefined) log.dividerSeq = this.#divider;
    if (this.#error !== undefined) log.error = this.#error;
    this.store.setState(log, true);
  }

  /** A line above what comes while nobody looks. */
  #draw(message: Message): void {
    const read = item(this.chat)?.last_read_seq ?? 0;
    const isOld = this.#divider === undefined || this.#divider <= read;
    if (isOld && message.seq > read && isOthers(message) && !isWatched(this.chat))
      this.#divider = message.seq;
  }

  #now(change: () => void): void {
    if (this.#loading !== "none") this.#meanwhile.push(change);
    const before = this.#window.rows;
    change();
    if (this.#window.rows !== before) this.show();
  }

  async #first(place: () => Place): Promise<void> {
    const load = ++this.#load;
    this.#become("first");
    // A page from before the first frame would have a hole behind it.
    const isThere = await whenKnown(this.chat);
    if (load !== this.#load || !isThere) return;
    const wanted = place();
    const page = await this.#fetch("first", wanted);
    if (!page) return;
    this.#window.clear();
    this.#heading = "newer";
    this.#atEnd = !page.hasNewer;
    this.#atStart = !page.hasOlder;
    this.#take(page);
    this.reopen();
  }

  /** A page; undefined where it did not come or is not wanted any more. */
  async #fetch(loading: Log["loading"], query: Place): Promise<Page | undefined> {
    const load = ++this.#load;
    this.#meanwhile = [];
    this.#become(loading);
    try {
      const params = { path: { chat_id: this.chat }, query: { ...query, limit: PAGE } };
      const { data = [], response } = await api.GET("/api/chats/{chat_id}/messages", { params });
      if (load !== this.#load) return undefined;
      const link = response.headers.get("Link") ?? "";
      return { messages: data, hasOlder: link.includes('rel="prev"'), hasNewer: link.includes('rel="next"') };
    } catch (error) {
      if (load !== this.#load) return undefined;
      this.#error = error;
      this.#meanwhile = [];
      this.#become("none");
      return undefined;
    }
  }

  #become(loading: Log["loading"]): void {
    this.#loading = loading;
    if (loading !== "none") this.#error = undefined;
    this.show();
  }

  #take({ messages }: Page): void {
    for (const message of messages) {
      settle(message);
      follow(message);
    }
    this.#window.put(messages);
    const meanwhile = this.#meanwhile;
    this.#meanwhile = [];
    for (const change of meanwhile) change();
    this.#trim();
    this.#become("none");
  }

  #trim(): void {
    if (this.#window.rows.length <= KEPT + SURPLUS) return;
    if (this.#heading === "older") {
      this.#window.keepOldest(KEPT);
      this.#atEnd = false;
    } else {
      this.#window.keepNewest(KEPT);
      this.#atStart = false;
    }
  }
}

/** One's own posts are known by the id that they were sent with, so that a pending row stays the same row. */
function keyOf(message: Message): string {
  return message.client_id && message.user_id === me()?.id ? message.client_id : message.id;
}

function isOthers(message: Message): boolean {
  return message.kind === "text" && message.user_id !== me()?.id;
}

function pendingRow({
  client_id,
  content,
  reply_to,
  refused,
  waitsUntil,
}: ReturnType<typeof unsent>[number]): Row {
  const pending: PendingPost = { client_id, content, state: refused ? "failed" : "pending" };
  if (reply_to !== undefined) pending.reply_to = reply_to;
  if (waitsUntil !== undefined) pending.waitsUntil = waitsUntil;
  if (refused) pending.error = problemText(new Problem(refused));
  return { key: client_id, pending };
}
