import { act, renderHook } from "@testing-library/react";
import { vi } from "vitest";

/** One tab: the page's modules with a state of their own. */
export async function loadTab() {
  vi.resetModules();
  const [start, session, connection, chats, log, stream, people, read, drafts, settings, notify, posts] =
    await Promise.all([
      import("../state/start"),
      import("../state/session"),
      import("../state/connection"),
      import("../state/chats"),
      import("../state/log"),
      import("../state/stream"),
      import("../state/people"),
      import("../state/read"),
      import("../state/drafts"),
      import("../state/settings"),
      import("../state/notify"),
      import("../state/posts"),
    ]);
  return {
    ...start,
    ...session,
    ...connection,
    ...chats,
    ...stream,
    ...people,
    ...read,
    ...drafts,
    ...settings,
    ...notify,
    ...posts,
    ...log,
  };
}

export type Tab = Awaited<ReturnType<typeof loadTab>>;

/** A tab of somebody who is in and connected. */
export async function openTab(): Promise<Tab> {
  const tab = await loadTab();
  await act(() => tab.start());
  // Over plain http tabs wait a moment for each other before one of them refreshes.
  await pass(200);
  return tab;
}

/** Lets time pass, and everything happen that is due. */
export async function pass(ms = 0): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

/** What a hook says now and later. */
export function see<T>(hook: () => T): { readonly now: T } {
  const { result } = renderHook(hook);
  return {
    get now() {
      return result.current;
    },
  };
}

/** Waits for something that may itself wait for time to pass. */
export async function done<T>(work: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = work.finally(() => {
    isSettled = true;
  });
  settled.catch(() => undefined);
  for (let turns = 0; !isSettled && turns < 100; turns++) await pass(20);
  return settled;
}
