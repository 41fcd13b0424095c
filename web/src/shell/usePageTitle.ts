import { useEffect } from "react";
import { setPageTitle } from "../state/notify";

/** Names the tab while the page is shown. */
export function usePageTitle(title: string): void {
  useEffect(() => setPageTitle(title), [title]);
}
