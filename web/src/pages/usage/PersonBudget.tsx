import { lazy, Suspense, useState } from "react";
import type { UserId } from "../../gen/api";
import { t } from "../../i18n";

const BudgetDialog = lazy(() => import("./BudgetDialog"));

/** Somebody's name, which for an administrator leads to their budget. */
export function PersonBudget({ user, username }: { user: UserId; username: string }) {
  const [dialog, setDialog] = useState<"never" | "open" | "closed">("never");
  const name = `@${username}`;
  return (
    <>
      <button
        type="button"
        title={t("usage.budget_set_of", { name })}
        aria-haspopup="dialog"
        onClick={() => setDialog("open")}
        className="link cursor-pointer"
      >
        {name}
      </button>
      {dialog !== "never" && (
        <Suspense>
          <BudgetDialog
            bounded={{ kind: "person", user }}
            title={t("usage.budget_set_of", { name })}
            open={dialog === "open"}
            onOpenChange={(open) => setDialog(open ? "open" : "closed")}
          />
        </Suspense>
      )}
    </>
  );
}
