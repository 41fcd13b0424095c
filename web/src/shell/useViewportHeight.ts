import { useEffect } from "react";

/**
 * Keeps the app above the on-screen keyboard where the keyboard covers the page instead of shrinking it:
 * Safari knows no `interactive-widget`.
 */
export function useViewportHeight(): void {
  useEffect(() => {
    const view = window.visualViewport;
    if (!view) return;
    const root = document.documentElement;
    const fit = () => {
      // Zooming in shrinks the viewport, too, and is none of our business.
      const covered = view.scale === 1 && innerHeight - view.height > 100;
      if (covered) {
        root.style.setProperty("--app-height", `${view.height}px`);
        scrollTo(0, 0);
      } else root.style.removeProperty("--app-height");
    };
    view.addEventListener("resize", fit);
    return () => view.removeEventListener("resize", fit);
  }, []);
}
