import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Session, SessionId, Terms } from "../gen/api";
import { api, must, Problem } from "../wire/api";
import { queryClient } from "./client";

export { deleteAccount } from "../state/session";

const sessions = ["sessions"];

/** One's log-ins, newest first. */
export function useSessions(): UseQueryResult<Session[]> {
  return useQuery({ queryKey: sessions, queryFn: () => must(api.GET("/api/auth/sessions")) });
}

/** Ends log-ins. That one had ended before is as good. */
export async function endSessions(ids: readonly SessionId[]): Promise<void> {
  try {
    await Promise.all(ids.map(end));
  } finally {
    await queryClient.invalidateQueries({ queryKey: sessions });
  }
}

async function end(id: SessionId): Promise<void> {
  try {
    await must(api.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id: id } } }));
  } catch (error) {
    if (!(error instanceof Problem && error.code === "not_found")) throw error;
  }
}

/** One's other log-ins end with it. */
export async function changePassword(current: string, next: string): Promise<void> {
  const body = { current_password: current, new_password: next };
  await must(api.POST("/api/auth/password", { body }));
  await queryClient.invalidateQueries({ queryKey: sessions });
}

/** What the server allows, for whoever is not in yet: whether one may register, how long a name may be. */
export function useServerLimits(): UseQueryResult<Terms> {
  return useQuery({
    queryKey: ["limits"],
    queryFn: () => must(api.GET("/api/limits")),
  });
}
