import { create } from "zustand";
import { t } from "../../i18n";
import { announce } from "../../state/announce";

const SHOWN_MS = 2500;

// Outside of React: another language draws the whole page anew, and that is one of the changes to confirm.
const store = create<{ isShown: boolean }>(() => ({ isShown: false }));
let timer: ReturnType<typeof setTimeout>;

export function useSaved(): boolean {
  return store((state) => state.isShown);
}

/** Says, for a moment and without a dialog, that what was changed holds. */
export function tellSaved(): void {
  clearTimeout(timer);
  timer = setTimeout(() => store.setState({ isShown: false }), SHOWN_MS);
  store.setState({ isShown: true });
  announce(t("settings.saved"));
}
