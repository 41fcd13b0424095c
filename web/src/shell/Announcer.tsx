import { useAnnouncements } from "../state/announce";

/** The two live regions. They are on every page from the start: one that is born with its text is not read. */
export function Announcer() {
  const { polite, assertive } = useAnnouncements();
  return (
    <div className="sr-only">
      <div role="status" aria-live="polite">
        {polite}
      </div>
      <div role="alert" aria-live="assertive">
        {assertive}
      </div>
    </div>
  );
}
