import { expect, test } from "vitest";
import type { Agent } from "../gen/api";
import { groupsOf, mayChange, mayDelete } from "./library";

function agent(username: string, more: Partial<Agent> = {}): Agent {
  return {
    ...{ id: username, username, display_name: username, description: "", instruction: "", settings: {} },
    ...{ visibility: "shared", created_at: "2026-01-01T00:00:00.000Z" },
    ...more,
  };
}

const gem = agent("gem");
const mine = agent("cook", { created_by: "ada", visibility: "private" });
const bens = agent("critic", { created_by: "ben" });
const ada = { id: "ada", role: "member" } as const;
const root = { id: "root", role: "admin" } as const;

test("agents stand with whose they are, and one's own have a place before there are any", () => {
  const names = (agents: Agent[]) =>
    groupsOf(agents, "ada").map(({ group, agents }) => [group, ...agents.map(({ username }) => username)]);
  expect(names([bens, mine, gem])).toEqual([
    ["mine", "cook"],
    ["shared", "critic"],
    ["built_in", "gem"],
  ]);
  expect(names([gem])).toEqual([["mine"], ["built_in", "gem"]]);
});

test("who made an agent changes it, and of a shared one administrators too", () => {
  expect([mine, bens, gem].map((one) => mayChange(one, ada))).toEqual([true, false, false]);
  expect([mine, bens, gem].map((one) => mayChange(one, root))).toEqual([false, true, true]);
});

test("the bot stays, whoever one is", () => {
  expect(mayDelete(gem, root)).toBe(false);
  expect(mayDelete(bens, root)).toBe(true);
});
