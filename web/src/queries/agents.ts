import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Agent } from "../gen/api";
import { api, must } from "../wire/api";
import { queryClient } from "./client";

/** As many as the server gives at once. */
const MOST = 200;
export const AGENTS = ["agents"];

/** The agents that one finds, by username: shared ones and one's own. */
export function useAgents({ enabled = true } = {}): UseQueryResult<Agent[]> {
  const queryFn = () => all((query) => api.GET("/api/agents", { params: { query } }));
  return useQuery({ queryKey: AGENTS, queryFn, enabled, staleTime: 60_000 }, queryClient);
}

export async function all<T>(page: (query: Page) => Promise<{ data?: T[] }>): Promise<T[]> {
  const found: T[] = [];
  let last: T[];
  do {
    last = await must(page({ offset: found.length, limit: MOST }));
    found.push(...last);
  } while (last.length === MOST);
  return found;
}

type Page = { offset: number; limit: number };
