import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { CatchUpPill } from "./CatchUpPill";

const world = vi.hoisted(() => ({ unread: 40, open: vi.fn() }));
vi.mock("../state/chats", () => ({
  useChat: () => ({ unread_count: world.unread, last_read_seq: 3, head_seq: 60 }),
}));
vi.mock("../state/overlay", () => ({ openOverlay: world.open }));

const show = () => undefined;
const back = createRef<HTMLDivElement>();
const room = () => (
  <>
    <div ref={back} tabIndex={-1} />
    <CatchUpPill chat="trip" show={show} back={back} />
  </>
);

beforeEach(() => {
  world.unread = 40;
  world.open.mockClear();
});

test("it is asked what was said from where one has read to what is newest now", async () => {
  render(room());
  await userEvent.click(screen.getByRole("button", { name: "What did I miss?" }));
  expect(world.open).toHaveBeenCalledWith({ kind: "catch-up", chat: "trip", since: 3, until: 60, show });
});

test("the focus stays in the room when there is nothing more to ask", () => {
  const { rerender } = render(room());
  screen.getByRole("button").focus();
  world.unread = 0;
  rerender(room());
  expect(screen.queryByRole("button")).toBeNull();
  expect(back.current).toHaveFocus();
});

test("what is written elsewhere keeps the focus", () => {
  const { rerender } = render(room());
  world.unread = 0;
  rerender(room());
  expect(document.body).toHaveFocus();
});
