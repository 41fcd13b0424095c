import { store, stored, unstore } from "./storage";

type Lease = { by: string; until: number };

const LEASE_MS = 20_000;
const SETTLE_MS = 60;
const AGAIN_MS = 120;

/** Does `work` in one tab of this browser at a time. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Only a secure context has locks; a server on the local network without a certificate is none.
  const locks: LockManager | undefined = navigator.locks;
  if (!locks) return leased(`${name}.lease`, work);
  let isHeld = false;
  const held = () => {
    isHeld = true;
    return work();
  };
  try {
    return await locks.request(name, held);
  } catch (error) {
    // Where people forbid cookies, browsers forbid locks with them; then nobody can be agreed with.
    if (isHeld) throw error;
    return work();
  }
}

/**
 * The same by storage alone: write one's name, wait until whoever wrote at the same moment has been heard, and see
 * whose name stands. Not airtight, as nothing over storage is: what is done under it must bear being done twice.
 */
async function leased<T>(key: string, work: () => Promise<T>): Promise<T> {
  const by = Array.from(crypto.getRandomValues(new Uint32Array(2))).join("-");
  const holder = () => stored(key) as Lease | null;
  for (;;) {
    const held = holder();
    if (!held || held.until < Date.now()) {
      // Without storage there is nothing to agree by.
      if (!store(key, { by, until: Date.now() + LEASE_MS } satisfies Lease)) return work();
      await pause(SETTLE_MS);
      if (holder()?.by === by) break;
    } else {
      await pause(AGAIN_MS * (0.5 + Math.random()));
    }
  }
  try {
    return await work();
  } finally {
    if (holder()?.by === by) unstore(key);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
