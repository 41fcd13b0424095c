import { problemText, t } from "../../i18n";
import { Button } from "../../ui/Button";
import { FormProblem } from "../../ui/FormProblem";

/** Numbers that could not be fetched, and how to try once more. */
export function Trouble({ error, onRetry }: { error: Error; onRetry: () => unknown }) {
  return (
    <div className="grid justify-items-start gap-3 py-2">
      <FormProblem text={`${t("usage.failed")}: ${problemText(error)}`} />
      <Button onClick={() => void onRetry()}>{t("auth.try_again")}</Button>
    </div>
  );
}
