import type { Message } from "../gen/api";
import { t } from "../i18n";

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
      // Whose it is and when it renews, only the server's sentence says.
      return run.detail ?? t("room.failed");
    default:
      run?.reason satisfies undefined | null;
      return run?.detail ?? t(status === "stopped" ? "room.stopped" : "room.failed");
  }
}
