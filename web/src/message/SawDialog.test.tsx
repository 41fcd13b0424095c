import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { ReplyContext } from "../gen/api";
import { aMessage, aReply } from "../test/messages";
import { Problem } from "../wire/problem";
import SawDialog from "./SawDialog";

const answer = vi.hoisted(() => ({ shown: {} as unknown, texts: [] as unknown[] }));
vi.mock("../queries/saw", () => ({ useShown: () => answer.shown, useUntil: () => ({ data: answer.texts }) }));
vi.mock("../state/people", () => ({ useMembers: () => [] }));
const context: ReplyContext = {
  instruction: "You are Gemini.",
  summary: { up_to_seq: 4, content: "They planned a trip." },
  messages: [
    { message_id: "m5", seq: 5 },
    { message_id: "m6", seq: 6 },
  ],
  settings: { temperature: 0.5, thinking: { level: "high" } },
  model: "gemini-flash",
};

beforeEach(() => {
  answer.texts = [aMessage({ seq: 6, content: "By **train**?" })];
});

const show = vi.fn();

function open(shown: unknown) {
  answer.shown = shown;
  render(<SawDialog reply={aReply({ seq: 7 })} show={show} open onOpenChange={() => undefined} />);
  return screen.getByRole("dialog", { name: "What it saw" });
}

test("the messages lead to their places, and those that are known say what they are", async () => {
  const dialog = open({ data: context });
  const messages = within(dialog).getAllByRole("listitem");
  expect(messages.map((message) => message.textContent)).toEqual(["#5Message 5", "#6ada By train?"]);
  await userEvent.click(within(dialog).getByRole("button", { name: /By train/ }));
  expect(show).toHaveBeenCalledWith(6);
});

test("summary, instruction, settings and model are told, and what was left open as such", () => {
  const dialog = open({ data: context });
  for (const text of ["They planned a trip.", "You are Gemini.", "gemini-flash", "0.5", "Much"]) {
    expect(within(dialog).getByText(text)).toBeTruthy();
  }
  expect(within(dialog).getByText("It tells of everything up to message 4.")).toBeTruthy();
  expect(within(dialog).getAllByText("left open")).toHaveLength(3);
});

test("a summary that was withdrawn is said to be gone", () => {
  const dialog = open({ data: { ...context, summary: { up_to_seq: 4 } } });
  expect(within(dialog).getByText(/the summary went with it/)).toBeTruthy();
});

test("a reply for which nothing was sent says so, without an alarm", () => {
  const error = new Problem({ code: "not_found", detail: "no", status: 404 });
  const dialog = open({ error });
  expect(within(dialog).getByText(/^Nothing was sent to a model/)).toBeTruthy();
  expect(within(dialog).queryByRole("alert")).toBeNull();
});
