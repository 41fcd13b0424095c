import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { Button } from "./Button";
import { ConfirmDialog } from "./ConfirmDialog";
import { Dialog } from "./Dialog";
import { Field, Input } from "./Field";

function Opened({ confirm }: { confirm: () => Promise<void> }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Delete chat</Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Delete this chat?"
        text="It is gone for everybody."
        confirm="Delete"
        danger
        onConfirm={confirm}
      />
    </>
  );
}

test("a question about something that matters begins on the harmless answer, and Escape is that answer", async () => {
  const confirm = vi.fn(async () => undefined);
  render(<Opened confirm={confirm} />);
  const opener = screen.getByRole("button", { name: "Delete chat" });
  await userEvent.click(opener);
  const dialog = await screen.findByRole("alertdialog", { name: "Delete this chat?" });
  expect(dialog).toHaveAccessibleDescription("It is gone for everybody.");
  await waitFor(() => expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus());
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
  expect(opener).toHaveFocus();
  expect(confirm).not.toHaveBeenCalled();
});

test("a question stays with the reason when its answer failed, and goes when it worked", async () => {
  const confirm = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("no")).mockResolvedValueOnce();
  render(<Opened confirm={confirm} />);
  await userEvent.click(screen.getByRole("button", { name: "Delete chat" }));
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Something went wrong");
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
});

test("a dialog with a form begins in its first box", async () => {
  render(
    <Dialog title="New chat" open onOpenChange={() => undefined}>
      <input type="radio" aria-label="Group" />
      <Field label="Name" hint="What is it about?">
        <Input />
      </Field>
    </Dialog>,
  );
  const box = screen.getByRole("textbox", { name: "Name" });
  await waitFor(() => expect(box).toHaveFocus());
  expect(box).toHaveAccessibleDescription("What is it about?");
});

test("a box that was refused says why, to the ear as well", () => {
  render(
    <Field label="Name" hint="What is it about?" error="Give the group a name.">
      <Input />
    </Field>,
  );
  const box = screen.getByRole("textbox", { name: "Name" });
  expect(box).toBeInvalid();
  expect(box).toHaveAccessibleDescription("Give the group a name.");
});

test("a button whose action is under way takes no second press and keeps the focus", async () => {
  const press = vi.fn();
  render(
    <Button busy onClick={press}>
      Send
    </Button>,
  );
  const button = screen.getByRole("button", { name: "Send" });
  await userEvent.click(button);
  expect(press).not.toHaveBeenCalled();
  expect(button).toHaveFocus();
});
