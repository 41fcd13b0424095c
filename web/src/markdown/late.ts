import { useSyncExternalStore } from "react";

/** Something that is fetched when it is first needed, and then simply there. */
export class Late<T> {
  #value: T | undefined;
  #fetching = false;
  readonly #listeners = new Set<() => void>();
  readonly #fetch: () => Promise<T>;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  get = (): T | undefined => this.#value;

  // Subscribing is what asks for it: nothing is fetched for a text that was never shown.
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    void this.#load();
    return () => this.#listeners.delete(listener);
  };

  async #load(): Promise<void> {
    if (this.#fetching || this.#value !== undefined) return;
    this.#fetching = true;
    try {
      this.#value = await this.#fetch();
      for (const listener of this.#listeners) listener();
    } catch {
      // Offline, or a newer version was deployed. The text stays readable; the next one that needs it asks again.
    } finally {
      this.#fetching = false;
    }
  }
}

const nothing = () => undefined;
const unsubscribe = () => nothing;

export function useLate<T>(late: Late<T> | undefined): T | undefined {
  return useSyncExternalStore(late?.subscribe ?? unsubscribe, late?.get ?? nothing);
}
