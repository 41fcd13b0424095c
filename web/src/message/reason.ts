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

/** Whose it is and until when: said nowhere but in the server's sentence. */
const REFUSAL =
  /^(?:(This room)|(The server)|(.+))'s budget for (?:(today)|this month) has no room .* on (\d{4}-\d\d-\d\d) at 00:00 UTC\.$/;

function overBudget({ asked_by, detail }: ReplyRun): string | undefined {
  const [, room, server, name = "", today, day] = REFUSAL.exec(detail?.replace(FALLBACK, "") ?? "") ?? [];
  if (!day) return undefined;
  const when = formatFull(`${day}T00:00:00Z`);
  return t(today ? "room.budget_day" : "room.budget_month", { whose: whose(), when });

  function whose(): string {
    if (room) return t("room.budget_room");
    if (server) return t("room.budget_server");
    return asked_by === me()?.id ? t("room.budget_you") : t("room.budget_person", { name });
  }
}
