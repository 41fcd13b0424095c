import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { beforeAll, expect, it } from "vitest";
import { appear, widen } from "../../test/hands";
import { ada, gem, json } from "../../test/server";
import { openTab } from "../../test/tab";
import { hands, server } from "../../test/trip";

const agent = (id: string, username: string, more: object = {}) => ({
  ...{ id, username, display_name: username, description: "", instruction: "", settings: {} },
  ...{ visibility: "shared", created_at: "2026-01-01T00:00:00.000Z" },
  ...more,
});

// Compiling takes its time, which is not the first test's.
beforeAll(async () => {
  await Promise.all([import("./Agents"), import("../../agents/AgentDialog")]);
}, 60_000);

async function enter() {
  widen();
  server.answer("GET /api/models", () => json({ default: "gemini/flash", fallbacks: [], providers: [] }));
  server.answer("GET /api/prompts", () => json([]));
  server.answer("GET /api/agents", () =>
    json([agent("a1", "cook", { created_by: ada.id, visibility: "private" }), agent(gem.id, "gem")]),
  );
  await openTab();
  const { queryClient } = await import("../../queries");
  const { withPageTexts } = await import("../../i18n");
  const { default: Agents } = await withPageTexts(import("./Agents"));
  render(
    <QueryClientProvider client={queryClient}>
      <Agents />
    </QueryClientProvider>,
  );
  await appear("heading", "Yours");
}

it("makes an agent that only oneself finds, if one does not say otherwise", async () => {
  const made = server.hear("POST /api/agents", () => json(agent("a2", "poet")));
  await enter();
  await hands.press("Make an agent");
  const dialog = await appear("dialog", "A new agent");
  await hands.type(within(dialog).getByRole("textbox", { name: "Username" }), "poet");
  await hands.type(within(dialog).getByRole("textbox", { name: "Instruction" }), "Rhyme.");
  await hands.type(within(dialog).getByRole("textbox", { name: "Temperature" }), "1.2");
  await hands.press("Make agent");
  expect(made).toEqual([
    {
      ...{ username: "poet", description: "", avatar: "", instruction: "Rhyme.", visibility: "private" },
      settings: { temperature: 1.2 },
    },
  ]);
});

it("lets one change and delete one's own, and leaves the built-in ones alone", async () => {
  const gone = server.hear("DELETE /api/agents/a1");
  await enter();
  expect(screen.queryByRole("button", { name: "Change gem" })).toBeNull();
  expect(screen.getByRole("button", { name: "Change cook" })).toBeTruthy();
  await hands.press("Delete cook");
  expect(gone).toEqual([]);
  await hands.press("Delete agent");
  expect(gone).toHaveLength(1);
});
