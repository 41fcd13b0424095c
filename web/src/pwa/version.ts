import { create } from "zustand";
import { onAnyFrame } from "../state/connection";

const store = create<{ isNewer: boolean }>(() => ({ isNewer: false }));

/** Whether the server has a newer app than this page. */
export function useNewVersion(): boolean {
  return store((state) => state.isNewer);
}

export function dismissNewVersion(): void {
  store.setState({ isNewer: false });
}

/**
 * Looks for a newer app whenever the connection comes back: a server that is replaced cuts all of them. And when
 * a part of the app cannot be fetched, since the server has only those of its own version.
 */
export function watchVersion(): void {
  let connected = false;
  onAnyFrame((frame) => {
    if (frame.type !== "hello") return;
    // The first connection is that of a page which has just come.
    if (connected) look();
    connected = true;
  });
  addEventListener("vite:preloadError", look);
}

async function look(): Promise<void> {
  const page = await fetch("/", { cache: "no-store" }).catch(() => undefined);
  if (!page?.ok) return;
  const files = filesOf(await page.text().catch(() => ""));
  if (files.some((file) => !has(file))) store.setState({ isNewer: true });
}

/**
 * What a page begins with. The names carry digests, so another app names others; no file of our own has to hold
 * a number that somebody must remember to raise. Read by its text: as markup it would need a content policy.
 */
function filesOf(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? "");
}

/** Whether this page came with the file, or has fetched it since. */
function has(file: string): boolean {
  return document.querySelector(`[src="${file}"], [href="${file}"]`) !== null;
}
