/** The browser's storage as JSON. It may be forbidden, full, or hold another version's nonsense: then there is nothing. */
export function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** False where the browser would not keep it. */
export function store(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function unstore(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then it was not there either.
  }
}

export function storedKeys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** Hears what other tabs store under keys that begin with `prefix`; `value` is null for what they removed. */
export function onStored(prefix: string, hear: (key: string, value: unknown) => void): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key?.startsWith(prefix)) hear(event.key, stored(event.key));
  };
  addEventListener("storage", listener);
  return () => removeEventListener("storage", listener);
}
