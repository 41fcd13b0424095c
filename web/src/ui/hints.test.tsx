import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { X } from "lucide-react";
import { expect, onTestFinished, test, vi } from "vitest";
import { Button } from "./Button";
import { IconButton } from "./IconButton";
import { Menu } from "./Menu";
import { TooltipHost } from "./Tooltip";
import { Toaster, toast } from "./toast";

const hint = (text: string) =>
  screen.queryAllByText(text, { ignore: false }).find((found) => found.matches("[aria-hidden]"));

test("a picture has a name for the ear at once, and for the eye when the keyboard reaches it", async () => {
  render(
    <>
      <IconButton label="Close" icon={<X />} />
      <TooltipHost />
    </>,
  );
  expect(screen.getByRole("button", { name: "Close" })).toBeInTheDocument();
  expect(hint("Close")).toBeUndefined();
  await userEvent.tab();
  await waitFor(() => expect(hint("Close")).toBeVisible());
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(hint("Close")).toBeUndefined());
});

test("a button whose menu is open has no hint, which would lie over the menu", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  render(
    <>
      <IconButton label="Close" icon={<X />} />
      <IconButton label="More" icon={<X />} aria-expanded />
      <TooltipHost />
    </>,
  );
  for (const [label, isHinted] of [
    ["Close", true],
    ["More", false],
  ] as const) {
    fireEvent.pointerOver(screen.getByRole("button", { name: label }), { pointerType: "mouse" });
    act(() => vi.advanceTimersByTime(1_000));
    expect(hint(label) !== undefined).toBe(isHinted);
  }
});

function Chat({ onLeave }: { onLeave: () => void }) {
  return (
    <Menu
      trigger={<Button>More</Button>}
      items={[
        {
          heading: "Notify",
          value: "all",
          options: [
            { value: "all", label: "All" },
            { value: "none", label: "None" },
          ],
          onValueChange: () => undefined,
        },
        "separator",
        { label: "Leave", danger: true, onSelect: onLeave },
      ]}
    />
  );
}

test("a menu is fetched at the first press, and that press opens it", async () => {
  const leave = vi.fn();
  render(<Chat onLeave={leave} />);
  const button = screen.getByRole("button", { name: "More" });
  expect(button).toHaveAttribute("aria-haspopup", "menu");
  await userEvent.click(button);
  const menu = await screen.findByRole("menu");
  expect(within(menu).getByRole("menuitemradio", { name: "All" })).toBeChecked();
  expect(within(menu).getByRole("menuitemradio", { name: "None" })).not.toBeChecked();
  await userEvent.click(within(menu).getByRole("menuitem", { name: "Leave" }));
  expect(leave).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByRole("menu")).not.toBeInTheDocument());
});

test("a menu opens from the keyboard and gives the focus back", async () => {
  render(<Chat onLeave={() => undefined} />);
  await userEvent.tab();
  await userEvent.keyboard("{ArrowDown}");
  await screen.findByRole("menu");
  await waitFor(() =>
    expect(screen.getByRole("menu")).toContainElement(document.activeElement as HTMLElement),
  );
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu")).not.toBeInTheDocument());
  await waitFor(() => expect(screen.getByRole("button", { name: "More" })).toHaveFocus());
});

test("a toast is said in a region that was there before it, and can be dismissed", async () => {
  render(<Toaster />);
  const region = screen.getByRole("status");
  toast("Copied");
  expect(await within(region).findByText("Copied")).toBeVisible();
  await userEvent.click(within(region).getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(region).toBeEmptyDOMElement());
});
