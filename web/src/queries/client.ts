import { QueryClient } from "@tanstack/react-query";
import { whileIn } from "../state/session";
import { Disconnected, Problem } from "../wire/api";

/** What the server refused, it would refuse again; it is tried again where nobody answered, or nobody could. */
function isWorthTrying(failures: number, error: Error): boolean {
  const isAway = error instanceof Disconnected || (error instanceof Problem && error.code === "unavailable");
  return isAway && failures < 3;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: isWorthTrying, staleTime: 10_000 } },
});

// What somebody has seen is not for the next one.
whileIn(() => () => queryClient.clear());
