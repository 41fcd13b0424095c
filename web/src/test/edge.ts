import { cleanup } from "@testing-library/react";
import { vi } from "vitest";

// What a browser has and jsdom has not, or has in a way that a test cannot hold still.

/** A WebSocket whose other end is the test. */
export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static opened: (socket: FakeSocket) => void = () => undefined;
  readonly url: string;
  readonly commands: Record<string, unknown>[] = [];
  onCommand: (command: Record<string, unknown>) => void = () => undefined;
  isOpen = true;
  readyState: number = FakeSocket.OPEN;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.opened(this);
  }

  send(text: string): void {
    // A dead peer takes what is written and answers nothing; so does a closed one here.
    const command = JSON.parse(text);
    this.commands.push(command);
    if (this.isOpen) this.onCommand(command);
  }

  close(): void {
    this.isOpen = false;
  }

  /** The server says something. */
  say(frame: object): void {
    if (this.isOpen) this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  /** The server, or the network, ends it. */
  end(code = 1006): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

/** Tabs hear each other a moment later, in order, and not themselves. */
class FakeChannel extends EventTarget {
  static all = new Set<FakeChannel>();
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
    FakeChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.all) {
      if (other === this || other.name !== this.name) continue;
      queueMicrotask(() => other.dispatchEvent(new MessageEvent("message", { data })));
    }
  }
}

/** The locks of a secure context, as far as they are used. */
export class FakeLocks {
  #held = new Map<string, { shared: boolean; count: number }>();
  #waiting: { name: string; shared: boolean; run: () => void }[] = [];

  async request<T>(name: string, ...rest: unknown[]): Promise<T> {
    const work = rest.at(-1) as () => Promise<T>;
    const shared = (rest[0] as { mode?: string }).mode === "shared";
    await new Promise<void>((run) => {
      this.#waiting.push({ name, shared, run });
      this.#grant();
    });
    try {
      return await work();
    } finally {
      const held = this.#held.get(name);
      if (held && --held.count === 0) this.#held.delete(name);
      this.#grant();
    }
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.#held.keys()].map((name) => ({ name })) };
  }

  #grant(): void {
    for (const request of [...this.#waiting]) {
      const held = this.#held.get(request.name);
      if (held && !(held.shared && request.shared)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== request);
      this.#held.set(request.name, { shared: request.shared, count: (held?.count ?? 0) + 1 });
      request.run();
    }
  }
}

export function installEdge(): void {
  vi.useFakeTimers();
  localStorage.clear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: false }));
  setFocus(true);
}

export function removeEdge(): void {
  cleanup();
  // The tabs of one test must not go on in the next.
  for (const channel of FakeChannel.all) {
    channel.dispatchEvent(new MessageEvent("message", { data: { type: "out" } }));
  }
  FakeChannel.all.clear();
  removeSecureContext();
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

/** A page that came over HTTPS; without this it came over plain http. */
export function installSecureContext(): void {
  vi.stubGlobal("isSecureContext", true);
  Object.defineProperty(navigator, "locks", { value: new FakeLocks(), configurable: true });
}

function removeSecureContext(): void {
  Reflect.deleteProperty(navigator, "locks");
}

export function setFocus(focused: boolean): void {
  vi.spyOn(document, "hasFocus").mockReturnValue(focused);
  dispatchEvent(new Event(focused ? "focus" : "blur"));
}
