import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { pass } from "./tab";

// jsdom is slow at menus and dialogs, and a busy machine slower.
const PATIENCE_MS = 10_000;
vi.setConfig({ testTimeout: 3 * PATIENCE_MS });

/** Somebody's eyes and hands, while time stands still and passes only as they act. */
export function takeHands() {
  // Testing Library lets faked time pass only where it finds this name.
  vi.stubGlobal("jest", { advanceTimersByTime: (ms: number) => vi.advanceTimersByTime(ms) });
  // jsdom does no layout, and so no scrolling.
  Element.prototype.scrollIntoView = () => undefined;
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });

  async function type(into: HTMLElement, keys: string): Promise<void> {
    await user.type(into, keys);
    await pass(50);
  }

  async function press(name: string | RegExp, role = "button"): Promise<void> {
    await user.click(await appear(role, name));
    await pass(50);
  }

  return { user, type, press };
}

export type Hands = ReturnType<typeof takeHands>;

/** Waits for what comes in a moment: a lazy part, a menu. */
export function appear(role: string, name: string | RegExp): Promise<HTMLElement> {
  return vi.waitFor(() => screen.getByRole(role, { name }), PATIENCE_MS);
}

export async function menuItems(): Promise<(string | null)[]> {
  const items = await vi.waitFor(() => screen.getAllByRole("menuitem"), PATIENCE_MS);
  return items.map((item) => item.textContent);
}

/** A page that is wide enough for everything, and that is not touched. */
export function widen(): void {
  const wide = (query: string) => query.includes("min-width");
  vi.stubGlobal("matchMedia", (query: string) => Object.assign(new EventTarget(), { matches: wide(query) }));
}

export function touch(): void {
  const touched = (query: string) => query.includes("coarse");
  vi.stubGlobal("matchMedia", (query: string) =>
    Object.assign(new EventTarget(), { matches: touched(query) }),
  );
}
