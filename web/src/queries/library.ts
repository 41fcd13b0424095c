import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { AgentChange, AgentToBe, ModelList, Prompt, PromptChange, PromptToBe, UserId } from "../gen/api";
import { api, must } from "../wire/api";
import { AGENTS, all } from "./agents";
import { queryClient } from "./client";

const PROMPTS = ["prompts"];

export function useModels(): UseQueryResult<ModelList> {
  return useQuery({ queryKey: ["models"], queryFn: () => must(api.GET("/api/models")), staleTime: 60_000 });
}

/** One's own prompts and the shared ones, the latest first. */
export function usePrompts(): UseQueryResult<Prompt[]> {
  return useQuery({
    queryKey: PROMPTS,
    queryFn: () => all((query) => api.GET("/api/prompts", { params: { query } })),
  });
}

export async function makeAgent(body: AgentToBe): Promise<void> {
  await must(api.POST("/api/agents", { body }));
  await queryClient.invalidateQueries({ queryKey: AGENTS });
}

export async function changeAgent(agent: UserId, body: AgentChange): Promise<void> {
  await must(api.PATCH("/api/agents/{agent_id}", { params: { path: { agent_id: agent } }, body }));
  await queryClient.invalidateQueries({ queryKey: AGENTS });
}

export async function deleteAgent(agent: UserId): Promise<void> {
  await must(api.DELETE("/api/agents/{agent_id}", { params: { path: { agent_id: agent } } }));
  await queryClient.invalidateQueries({ queryKey: AGENTS });
}

export async function keepPrompt(body: PromptToBe): Promise<void> {
  await must(api.POST("/api/prompts", { body }));
  await queryClient.invalidateQueries({ queryKey: PROMPTS });
}

export async function changePrompt(prompt: Prompt["id"], body: PromptChange): Promise<void> {
  await must(api.PATCH("/api/prompts/{prompt_id}", { params: { path: { prompt_id: prompt } }, body }));
  await queryClient.invalidateQueries({ queryKey: PROMPTS });
}

export async function forgetPrompt(prompt: Prompt["id"]): Promise<void> {
  await must(api.DELETE("/api/prompts/{prompt_id}", { params: { path: { prompt_id: prompt } } }));
  await queryClient.invalidateQueries({ queryKey: PROMPTS });
}
