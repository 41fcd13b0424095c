import { Download } from "lucide-react";
import { useState } from "react";
import { problemText, t } from "../../i18n";
import { type Days, fetchCsv, type Grouping, type Whose } from "../../queries/usage";
import { announce } from "../../state/announce";
import { Button } from "../../ui/Button";
import { toast } from "../../ui/toast";

type CsvButtonProps = { whose: Whose; what: "history" | Grouping; days: Days; label: string };

/** Saves what is shown, whole, as a file for a spreadsheet. */
export function CsvButton({ whose, what, days, label }: CsvButtonProps) {
  const [busy, setBusy] = useState(false);

  async function download() {
    setBusy(true);
    try {
      const file = await fetchCsv(whose, what, days);
      save(file, `usage-${what}-${days.from}-${days.to}.csv`);
      announce(t("usage.csv_done"));
    } catch (cause) {
      toast(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button size="sm" variant="quiet" busy={busy} onClick={() => void download()}>
      <Download aria-hidden="true" className="size-4" />
      {label}
    </Button>
  );
}

/** The request carries the log-in, which a plain link would not. */
function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // By then the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
