import type { ChatId, ErrorCode, MessageId, UserId } from "../gen/api";
import { Problem } from "./problem";
import { onStored, store, stored, storedKeys, unstore } from "./storage";

/** A post that the chat does not show yet. */
export type Unsent = {
  client_id: string;
  chat_id: ChatId;
  content: string;
  reply_to?: MessageId;
  /** Its place in line: rises with time, also across reloads. */
  place: number;
  /** Why the server would not have it; such a post waits for a person's decision. */
  refused?: { code: ErrorCode; detail: string };
  /** There was too much at once: it goes out by itself at this moment. Not stored. */
  waitsUntil?: number;
};

type Entry = Unsent & {
  /** On the server's disk; only its frame is missing. Not stored any more. */
  acked?: true;
};

/** So many posts that the chat has shown are remembered, should another tab tell of them late. */
const REMEMBERED = 200;

/**
 * Posts that are on their way: in order for each chat, kept over a reload, sent again with the same id after every
 * reconnection, so that the server can tell a repetition from a second message.
 *
 * Each post has a key of its own in storage: tabs that write at once do not undo each other. A tab sends its own posts
 * at once; those of all tabs, a closed one's too, whenever `flush` is called. What two tabs send is posted once.
 */
export class Outbox {
  #prefix: string;
  #send: (post: Unsent) => Promise<unknown>;
  #changed: () => void;
  #entries = new Map<string, Entry>();
  #settled = new Set<string>();
  #sending = new Set<ChatId>();
  #timers = new Map<ChatId, ReturnType<typeof setTimeout>>();
  #lastPlace = 0;
  #stopListening: () => void;

  constructor(user: UserId, send: (post: Unsent) => Promise<unknown>, changed: () => void) {
    this.#prefix = `coop.user.${user}.post.`;
    this.#send = send;
    this.#changed = changed;
    for (const key of storedKeys(this.#prefix)) {
      const entry = stored(key) as Entry | null;
      if (entry) this.#put(entry);
    }
    this.#stopListening = onStored(this.#prefix, (key, value) => {
      this.#heard(key.slice(this.#prefix.length), value as Entry | null);
      this.#changed();
    });
  }

  close(): void {
    this.#stopListening();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#entries.clear();
  }

  /** A chat's, in the order of sending. */
  of(chat: ChatId): Unsent[] {
    const entries = [...this.#entries.values()].filter((entry) => entry.chat_id === chat);
    return entries.sort((a, b) => a.place - b.place);
  }

  has(clientId: string): boolean {
    return this.#entries.has(clientId);
  }

  add(post: Omit<Unsent, "place" | "refused">): void {
    this.#keep({ ...post, place: this.#nextPlace() });
    this.#pump(post.chat_id);
  }

  /** Sends what was refused once more, at the end of the line. */
  resend(clientId: string): void {
    const entry = this.#entries.get(clientId);
    if (!entry?.refused) return;
    const { refused: _, ...post } = entry;
    this.#keep({ ...post, place: this.#nextPlace() });
    this.#pump(post.chat_id);
  }

  /** Throws away what was refused; what is on its way cannot be called back. */
  discard(clientId: string): void {
    if (this.#entries.get(clientId)?.refused) this.#remove(clientId);
  }

  /** The chat shows it. */
  settle(clientId: string): void {
    this.#settled.add(clientId);
    const [oldest] = this.#settled;
    if (this.#settled.size > REMEMBERED && oldest !== undefined) this.#settled.delete(oldest);
    if (this.#entries.has(clientId)) this.#remove(clientId);
  }

  /** Sends everything that waits. */
  flush(): void {
    for (const chat of new Set([...this.#entries.values()].map((entry) => entry.chat_id))) this.#pump(chat);
  }

  /** Another tab keeps a post, or keeps it no more: it was thrown away, or is on the server's disk. */
  #heard(clientId: string, entry: Entry | null): void {
    const known = this.#entries.get(clientId);
    // The message itself was faster.
    if (this.#settled.has(clientId)) return;
    if (entry) this.#put(entry);
    else if (known?.refused) this.#entries.delete(clientId);
    else if (known) this.#entries.set(clientId, { ...known, acked: true });
  }

  async #pump(chat: ChatId): Promise<void> {
    while (!this.#sending.has(chat) && !this.#timers.has(chat)) {
      const next = this.of(chat).find((entry: Entry) => !entry.refused && !entry.acked);
      if (!next) return;
      this.#sending.add(chat);
      try {
        await this.#send(next);
        this.#acked(next.client_id);
      } catch (error) {
        // Without a connection it waits for the next one; its place in line stays.
        if (!(error instanceof Problem) || error.code === "unauthenticated") return;
        this.#failed(next, error);
      } finally {
        this.#sending.delete(chat);
      }
    }
  }

  /** Stays until its frame comes, so that it does not vanish and come back. */
  #acked(clientId: string): void {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    unstore(this.#prefix + clientId);
    this.#entries.set(clientId, { ...entry, acked: true });
  }

  #failed(entry: Entry, error: Problem): void {
    // It came in spite of the refusal, was discarded, or somebody else is in.
    if (!this.#entries.has(entry.client_id)) return;
    if (error.code === "rate_limited" || error.code === "unavailable") {
      const waitMs = (error.retryAfter ?? 1) * 1000;
      const resume = () => {
        this.#timers.delete(entry.chat_id);
        this.#pump(entry.chat_id);
      };
      this.#timers.set(entry.chat_id, setTimeout(resume, waitMs));
      if (error.code === "rate_limited") {
        this.#put({ ...entry, waitsUntil: Date.now() + waitMs });
        this.#changed();
      }
    } else {
      this.#keep({ ...entry, refused: { code: error.code, detail: error.message } });
    }
  }

  #keep(entry: Entry): void {
    store(this.#prefix + entry.client_id, entry);
    this.#put(entry);
    this.#changed();
  }

  #put(entry: Entry): void {
    this.#lastPlace = Math.max(this.#lastPlace, entry.place);
    this.#entries.set(entry.client_id, entry);
  }

  #remove(clientId: string): void {
    unstore(this.#prefix + clientId);
    this.#entries.delete(clientId);
    this.#changed();
  }

  #nextPlace(): number {
    this.#lastPlace = Math.max(this.#lastPlace + 1, Date.now());
    return this.#lastPlace;
  }
}
