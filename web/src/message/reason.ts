import type { Message, ReplyRun } from "../gen/api";
import { formatFull, t } from "../i18n";
import { me } from "../state/session";

/** How a reply ended that is not whole, as a sentence. The server's own words stand in for a reason unknown here. */
export function reasonText({ status, run }: Pick<Message, "status" | "run">): string {
  switch (run?.reason) {
    case "bot_unavailable":
    case "blocked_prompt":
    case "blocked_reply":
    case "cut":
    case "empty":
    case "rate_limited":
    case "quota":
    case "timeout":
    case "provider_error":
    case "provider_refused":
    case "incomplete":
    case "restarted":
      return t(`room.reason_${run.reason}`);
    case "budget":
      return overBudget(run) ?? run.detail ?? t("room.failed");
    default:
      run?.reason satisfies undefined | null;
      if (run?.stopped_by) return t("room.stopped_by", { name: run.stopped_by.display_name });
      return run?.detail ?? t(status === "stopped" ? "room.stopped" : "room.failed");
  }
}

/** Why another model answered, which it was, and what the server says beside that. */
const FALLBACK =
  /^\S+ (?:(is at its limit)|(took too long)|(has failed several times in a row)|(is overloaded)|failed); (\S+) was asked instead\.\s*/;

/** That another model answered than the chosen one, and why. */
export function fallbackText(run: ReplyRun | null | undefined): string | undefined {
  if (!run?.fallback_from) return undefined;
  const [, limit, slow, resting, overloaded, asked] = FALLBACK.exec(run.detail ?? "") ?? [];
  const why = limit ? "limit" : slow ? "slow" : resting ? "resting" : overloaded ? "overloaded" : "failed";
  return t(`room.fallback_${why}`, { model: asked ?? run.model ?? "", from: run.fallback_from });
}

/** Whose budget it is and until when. The server's sentence stands in for one of before it said so in fields. */
function overBudget({ asked_by, budget }: ReplyRun): string | undefined {
  if (!budget) return undefined;
  const whose = budget.scope === "person" && asked_by === me()?.id ? "you" : budget.scope;
  const values = { whose: t(`room.budget_${whose}`), when: formatFull(budget.resets_at) };
  return t(`room.budget_for_${budget.period}`, values);
}
