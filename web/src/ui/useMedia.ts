import { useSyncExternalStore } from "react";

/** Whether a media query holds, where CSS alone cannot decide: something is in another place, or in none. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}
