import type { Message, MessageId, Seq } from "../gen/api";

export type MessageRow = { key: string; message: Message };

/** The later of two copies: an older page, or a frame that comes twice, changes nothing. */
function later(old: Message, other: Message): Message {
  return other.updated_seq > old.updated_seq ? other : old;
}

/**
 * A stretch of a chat's messages: by number without a hole, each once. Rows stay the same objects until their message
 * changes, and the array is a new one whenever a row is; nothing here is longer than a few pages.
 */
export class Window {
  rows: readonly MessageRow[] = [];
  #ids = new Map<MessageId, Seq>();
  #keys = new Set<string>();
  #keyOf: (message: Message) => string;

  /** `keyOf` is asked once for each message: a row's key does not change. */
  constructor(keyOf: (message: Message) => string) {
    this.#keyOf = keyOf;
  }

  get oldest(): Seq | undefined {
    return this.rows[0]?.message.seq;
  }

  get newest(): Seq | undefined {
    return this.rows.at(-1)?.message.seq;
  }

  get(id: MessageId): Message | undefined {
    const seq = this.#ids.get(id);
    if (seq === undefined) return undefined;
    return this.rows[this.#place(seq)]?.message;
  }

  hasKey(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Changes a message that is here; false if it is not, or nothing is new. */
  update(id: MessageId, change: (message: Message) => Message): boolean {
    const seq = this.#ids.get(id);
    if (seq === undefined) return false;
    const place = this.#place(seq);
    const row = this.rows[place];
    if (!row) return false;
    const message = later(row.message, change(row.message));
    if (message === row.message) return false;
    const rows = this.rows.slice();
    rows[place] = { ...row, message };
    this.rows = rows;
    return true;
  }

  /** Puts messages in their places, in any order; false if nothing is new. */
  put(messages: readonly Message[]): boolean {
    const fresh: Message[] = [];
    let changed = false;
    for (const message of messages) {
      if (this.#ids.has(message.id)) changed = this.update(message.id, () => message) || changed;
      else fresh.push(message);
    }
    if (fresh.length === 0) return changed;
    fresh.sort((a, b) => a.seq - b.seq);
    const rows = fresh.map((message) => ({ key: this.#keyOf(message), message }));
    for (const { id, seq } of fresh) this.#ids.set(id, seq);
    for (const { key } of rows) this.#keys.add(key);
    this.rows = merged(this.rows, rows);
    return true;
  }

  /** Keeps the newest (oldest) `count` rows; how many went. */
  keepNewest(count: number): number {
    return this.#keep(this.rows.slice(-count));
  }

  keepOldest(count: number): number {
    return this.#keep(this.rows.slice(0, count));
  }

  clear(): void {
    this.rows = [];
    this.#ids.clear();
    this.#keys.clear();
  }

  #keep(rows: readonly MessageRow[]): number {
    const went = this.rows.length - rows.length;
    if (went === 0) return 0;
    this.#ids = new Map(rows.map(({ message }) => [message.id, message.seq]));
    this.#keys = new Set(rows.map(({ key }) => key));
    this.rows = rows;
    return went;
  }

  /** Where `seq` is, or would be. */
  #place(seq: Seq): number {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle]?.message.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Two sorted lists of different rows as one. */
function merged(a: readonly MessageRow[], b: readonly MessageRow[]): MessageRow[] {
  const [lastOfA, firstOfB] = [a.at(-1), b[0]];
  if (!lastOfA || !firstOfB || lastOfA.message.seq < firstOfB.message.seq) return [...a, ...b];
  return [...a, ...b].sort((x, y) => x.message.seq - y.message.seq);
}
