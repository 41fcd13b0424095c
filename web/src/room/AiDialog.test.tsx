import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { appear, widen } from "../test/hands";
import { ada, gem, json } from "../test/server";
import { openTab, pass } from "../test/tab";
import { hands, server } from "../test/trip";

const agent = (id: string, username: string, description: string) => ({
  ...{ id, username, description, display_name: username, instruction: "", settings: {} },
  ...{ visibility: "shared", created_at: "2026-01-01T00:00:00.000Z" },
});

// Compiling takes its time, which is not the first test's.
beforeAll(async () => {
  await Promise.all([import("./RoomDialogs"), import("./AiDialog")]);
}, 60_000);

beforeEach(() => {
  widen();
  server.answer("GET /api/chats/trip/queue", () => json({ running: [], waiting: [], at_once: 2 }));
  server.answer("GET /api/limits", () => json({ message_bytes: 32_768, replies_per_room: 2 }));
  server.answer("GET /api/prompts", () => json([{ id: "p", title: "Brief", content: "Be brief." }]));
  server.answer("GET /api/models", () => json({ default: "gemini/flash", fallbacks: [], providers: [] }));
  server.answer("GET /api/agents", () =>
    json([agent(gem.id, "gem", "Answers anything"), agent("poet", "poet", "Answers in verse")]),
  );
});

async function enter() {
  const tab = await openTab();
  tab.openChat("trip");
  const { queryClient } = await import("../queries");
  const { RoomDialogs } = await import("./RoomDialogs");
  const { openDialog } = await import("./dialogs");
  const Room = () => {
    const entry = tab.useChat("trip");
    return entry ? <RoomDialogs entry={entry} /> : null;
  };
  render(
    <QueryClientProvider client={queryClient}>
      <Room />
    </QueryClientProvider>,
  );
  await pass(10);
  act(() => openDialog("trip", "ai"));
  return appear("dialog", "AI settings");
}

it("sets how the room is served, and says what is no number", async () => {
  const set = server.hear("PATCH /api/chats/trip", () => json(server.chat("trip").listed(ada.id)));
  const turns = server.hear("PUT /api/chats/trip/queue", () =>
    json({ running: [], waiting: [], at_once: 1 }),
  );
  const dialog = await enter();
  await hands.user.click(within(dialog).getByRole("radio", { name: /^Every message/ }));
  await hands.type(within(dialog).getByRole("textbox", { name: "Instruction" }), "Be kind.");
  const temperature = within(dialog).getByRole("textbox", { name: "Temperature" });
  await hands.type(temperature, "warm");
  await hands.press("Save");
  expect(set).toEqual([]);
  expect(temperature.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(temperature);
  await hands.user.clear(temperature);
  await hands.type(temperature, "0,5");
  await hands.user.click(within(dialog).getByRole("checkbox", { name: "The model" }));
  await hands.press("Save");
  expect(set).toEqual([
    {
      settings: {
        ...{ manners: "always", instruction: "Be kind.", model: { temperature: 0.5 } },
        overrides: { model: false, generation: true, system_prompt: true },
      },
    },
  ]);
  // Untouched, the queue is left alone.
  expect(turns).toEqual([]);
});

it("adds an agent by its username", async () => {
  const invited = server.hear("POST /api/chats/trip/invite", () => json({}));
  await enter();
  await hands.press("Add an agent");
  expect(screen.getByText("Answers in verse")).toBeTruthy();
  await hands.press("Add poet");
  expect(invited).toEqual([{ username: "poet" }]);
});

it("shows an ordinary member everything, and nothing to change it with", async () => {
  server.chat("trip").role = "member";
  const dialog = await enter();
  expect(within(dialog).queryByRole("button", { name: "Save" })).toBeNull();
  const radio = within(dialog).getByRole<HTMLInputElement>("radio", { name: /^When mentioned/ });
  expect(radio.matches(":disabled")).toBe(true);
  expect(radio.checked).toBe(true);
  expect(screen.queryByRole("button", { name: /^Remove/ })).toBeNull();
});
