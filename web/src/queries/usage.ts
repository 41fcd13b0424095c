import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Allowance, Budget, Call, CallId, ChatId, Day, MessageId, UsageSum, UserId } from "../gen/api";
import { api, authorized, must } from "../wire/api";
import { queryClient } from "./client";

/** Whose calls of the model are looked at. */
export type Whose = { kind: "mine" } | { kind: "room"; chat: ChatId } | { kind: "everybody" };

export type Grouping = "day" | "model" | "room" | "person" | "total";

/** From which day to which, in UTC, both included. */
export type Days = { from: Day; to: Day };

/** As many as the server gives at once. */
const MOST = 200;
const CALLS = 20;

/** Without asking for CSV one gets none. */
async function rows<T>(answer: Promise<{ data?: T[] | string }>): Promise<T[]> {
  return (await must(answer)) as T[];
}

function sums(
  whose: Whose,
  query: Days & { by: Grouping; offset: number; limit: number },
): Promise<UsageSum[]> {
  switch (whose.kind) {
    case "mine":
      return rows(api.GET("/api/usage/stats", { params: { query } }));
    case "room":
      return rows(
        api.GET("/api/chats/{chat_id}/usage/stats", { params: { path: { chat_id: whose.chat }, query } }),
      );
    case "everybody":
      return rows(api.GET("/api/admin/usage/stats", { params: { query } }));
  }
}

function calls(whose: Whose, query: Days & { before?: CallId; limit: number }): Promise<Call[]> {
  switch (whose.kind) {
    case "mine":
      return rows(api.GET("/api/usage/history", { params: { query } }));
    case "room":
      return rows(
        api.GET("/api/chats/{chat_id}/usage/history", { params: { path: { chat_id: whose.chat }, query } }),
      );
    case "everybody":
      return rows(api.GET("/api/admin/usage/history", { params: { query } }));
  }
}

/** Calls added up: each day that has some, the latest first; else the dearest. */
export function useSums(whose: Whose, days: Days, by: Grouping): UseQueryResult<UsageSum[]> {
  return useQuery({
    queryKey: ["usage", whose, by, days],
    queryFn: async () => {
      const all: UsageSum[] = [];
      let page: UsageSum[];
      do {
        page = await sums(whose, { ...days, by, offset: all.length, limit: MOST });
        all.push(...page);
      } while (by === "day" && page.length === MOST);
      return all;
    },
    placeholderData: keepPreviousData,
  });
}

/** Whether there may be more than what `useSums` has. */
export function isCut(sums: readonly UsageSum[]): boolean {
  return sums.length === MOST;
}

type CallsPage = { calls: Call[]; hasOlder: boolean };

/** The calls themselves, the latest first, a page of them. */
export function useCalls(whose: Whose, days: Days, before?: CallId): UseQueryResult<CallsPage> {
  return useQuery({
    queryKey: ["usage", whose, "calls", days, before],
    queryFn: async () => {
      const found = await calls(whose, { ...days, limit: CALLS + 1, ...(before && { before }) });
      return { calls: found.slice(0, CALLS), hasOlder: found.length > CALLS };
    },
    placeholderData: keepPreviousData,
  });
}

function addressOf(whose: Whose): string {
  switch (whose.kind) {
    case "mine":
      return "/api/usage";
    case "room":
      return `/api/chats/${whose.chat}/usage`;
    case "everybody":
      return "/api/admin/usage";
  }
}

/** All of it as a file: the server gives it in pieces, each with its own line of titles. */
export async function fetchCsv(whose: Whose, what: "history" | Grouping, days: Days): Promise<Blob> {
  const query = new URLSearchParams(what === "history" ? days : { ...days, by: what });
  let next: string | undefined = `${addressOf(whose)}/${what === "history" ? what : "stats"}?${query}`;
  const pieces: string[] = [];
  while (next) {
    const response: Response = await authorized(
      new Request(new URL(next, location.origin), { headers: { Accept: "text/csv" } }),
    );
    const text = await response.text();
    pieces.push(pieces.length === 0 ? text : text.slice(text.indexOf("\n") + 1));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  }
  return new Blob(pieces, { type: "text/csv" });
}

/** Which model wrote a reply. The frames of one that was written while one looked do not tell. */
export function useModelOf(chat: ChatId, message: MessageId, known?: string | null): string | undefined {
  const params = { path: { chat_id: chat, message_id: message } };
  const { data } = useQuery(
    {
      queryKey: ["model", message],
      queryFn: async () =>
        (await must(api.GET("/api/chats/{chat_id}/messages/{message_id}", { params }))).run?.model ?? null,
      enabled: known == null,
    },
    queryClient,
  );
  return known ?? data ?? undefined;
}

/** What bounds somebody, a room or the server. */
export type Bounded =
  | { kind: "me" }
  | { kind: "person"; user: UserId }
  | { kind: "room"; chat: ChatId }
  | { kind: "server" };

const budgetsOf = (bounded: Bounded) => ["budgets", bounded];

function budgets(bounded: Bounded): Promise<Budget[]> {
  switch (bounded.kind) {
    case "me":
      return must(api.GET("/api/usage/budget"));
    case "person":
      return must(
        api.GET("/api/admin/users/{user_id}/budget", { params: { path: { user_id: bounded.user } } }),
      );
    case "room":
      return must(api.GET("/api/chats/{chat_id}/budget", { params: { path: { chat_id: bounded.chat } } }));
    case "server":
      return must(api.GET("/api/admin/budget"));
  }
}

export function useBudgets(bounded: Bounded): UseQueryResult<Budget[]> {
  return useQuery({ queryKey: budgetsOf(bounded), queryFn: () => budgets(bounded) });
}

/** Sets them in place of all that was set; for oneself, nobody can. */
export async function setBudgets(
  bounded: Exclude<Bounded, { kind: "me" }>,
  next: Allowance[],
): Promise<void> {
  const body = { budgets: next };
  const held = await put();
  queryClient.setQueryData(budgetsOf(bounded), held);
  // An administrator's own, or those of a room that is looked at.
  await queryClient.invalidateQueries({ queryKey: ["budgets"] });

  function put(): Promise<Budget[]> {
    switch (bounded.kind) {
      case "person":
        return must(
          api.PUT("/api/admin/users/{user_id}/budget", { params: { path: { user_id: bounded.user } }, body }),
        );
      case "room":
        return must(
          api.PUT("/api/chats/{chat_id}/budget", { params: { path: { chat_id: bounded.chat } }, body }),
        );
      case "server":
        return must(api.PUT("/api/admin/budget", { body }));
    }
  }
}
