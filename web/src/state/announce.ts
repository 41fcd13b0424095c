import { create } from "zustand";

export type Politeness = "polite" | "assertive";
export type Announcements = Record<Politeness, string>;

const store = create<Announcements>(() => ({ polite: "", assertive: "" }));

/** Has a screen reader say `text`, once. */
export function announce(text: string, politeness: Politeness = "polite"): void {
  // The same words again change nothing in the live region, so that nothing would be said.
  const said = store.getState()[politeness];
  store.setState({ [politeness]: said === text ? `${text}\u00a0` : text });
}

/** What the two live regions say now; the shell draws them. */
export function useAnnouncements(): Announcements {
  return store();
}
