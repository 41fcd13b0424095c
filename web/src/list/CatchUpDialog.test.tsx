import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../wire/problem";
import CatchUpDialog from "./CatchUpDialog";

const world = vi.hoisted(() => ({ answer: {} as object, show: vi.fn(), refetch: vi.fn() }));
vi.mock("../queries/catchUp", () => ({ useCatchUp: () => ({ refetch: world.refetch, ...world.answer }) }));
vi.mock("./useMentions", () => ({ useMentions: () => undefined }));

beforeEach(() => vi.clearAllMocks());

function open(answer: object) {
  world.answer = answer;
  const onOpenChange = vi.fn();
  render(
    <CatchUpDialog chat="trip" since={3} until={60} show={world.show} open onOpenChange={onOpenChange} />,
  );
  return onOpenChange;
}

test("a place in the summary is gone to, and the dialog is out of the way", async () => {
  const data = {
    ...{ after: 3, messages: 40, is_whole: false, summary: "Ben asked for trains [#12].", model: "flash" },
    links: [{ seq: 12, message_id: "m12" }],
  };
  const onOpenChange = open({ data });
  expect(screen.getByText(/^The latest 40 of more messages/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole("link", { name: /#12/ }));
  expect(world.show).toHaveBeenCalledWith(12);
  expect(onOpenChange).toHaveBeenCalledWith(false);
});

test("while the model reads one is told so", () => {
  open({ isFetching: true });
  expect(screen.getByRole("status")).toHaveTextContent("The messages are being read for you…");
});

test("what went wrong is said, and asked again only at a press", async () => {
  open({ error: new Problem({ code: "rate_limited", detail: "", retry_after: 5 }) });
  expect(screen.getByRole("alert")).toHaveTextContent("5");
  expect(world.refetch).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(world.refetch).toHaveBeenCalledOnce();
});
