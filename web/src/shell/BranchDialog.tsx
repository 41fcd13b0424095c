import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import type { Message, User } from "../gen/api";
import { formatTime, problemText, t } from "../i18n";
import { plain } from "../markdown/plain";
import { branch, type Part, useUpTo } from "../queries/branches";
import { useChat } from "../state/chats";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Input } from "../ui/Field";
import { Skeleton } from "../ui/Skeleton";
import { PeoplePicker } from "./PeoplePicker";

type BranchDialogProps = {
  /** The last message that goes along. */
  from: Message;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** A new group that begins with what was said here up to a message. */
export default function BranchDialog({ from, open, onOpenChange }: BranchDialogProps) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      title={t("branch.title")}
      open={open}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button variant="quiet" onClick={() => onOpenChange(false)}>
            {t("shell.cancel")}
          </Button>
          <Button variant="primary" type="submit" form={form} busy={busy}>
            {t("branch.do")}
          </Button>
        </>
      }
    >
      <Form key={from.id} id={form} from={from} onBusy={setBusy} onMade={() => onOpenChange(false)} />
    </Dialog>
  );
}

type FormProps = { id: string; from: Message; onBusy: (busy: boolean) => void; onMade: () => void };

function Form({ id, from, onBusy, onMade }: FormProps) {
  const navigate = useNavigate();
  const chat = useChat(from.chat_id);
  const [name, setName] = useState(chat?.name ?? "");
  const [people, setPeople] = useState<User[]>([]);
  const [problem, setProblem] = useState<string>();
  // What one said to the bot alone is shown to others only piece by piece, by one's own hand.
  const isSelected = chat?.kind === "ai";
  const [selected, setSelected] = useState<readonly string[]>([from.id]);

  async function make(event: FormEvent) {
    event.preventDefault();
    onBusy(true);
    setProblem(undefined);
    try {
      const part: Part = isSelected ? { message_ids: [...selected] } : { seq: from.seq };
      const usernames = people.map((user) => user.username);
      const made = await branch(from.chat_id, part, name.trim(), usernames);
      onMade();
      await navigate({ to: "/c/$chat", params: { chat: made } });
    } catch (cause) {
      setProblem(problemText(cause));
    } finally {
      onBusy(false);
    }
  }

  return (
    <form id={id} onSubmit={(event) => void make(event)} noValidate className="grid grid-cols-1 gap-5 pb-1">
      <p className="text-pretty text-ink-2 text-sm">
        {t(isSelected ? "branch.text_selected" : "branch.text")}
      </p>
      {isSelected && <Selection upTo={from} selected={selected} onChange={setSelected} />}
      <Field label={t("new_chat.name")}>
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={100}
          autoComplete="off"
          placeholder={t("new_chat.name_sample")}
        />
      </Field>
      <PeoplePicker
        label={t("new_chat.people")}
        hint={t("new_chat.people_hint")}
        value={people}
        onValueChange={setPeople}
      />
      {problem && (
        <p role="alert" className="text-err text-sm">
          {problem}
        </p>
      )}
    </form>
  );
}

type SelectionProps = {
  upTo: Message;
  selected: readonly string[];
  onChange: (selected: readonly string[]) => void;
};

function Selection({ upTo, selected, onChange }: SelectionProps) {
  const { data: messages, error } = useUpTo(upTo);
  if (error) return <p className="text-err text-sm">{problemText(error)}</p>;
  if (!messages) return <Skeleton className="h-24" />;
  const toggle = (id: string) =>
    onChange(selected.includes(id) ? selected.filter((one) => one !== id) : [...selected, id]);
  return (
    <fieldset className="max-h-60 min-w-0 overflow-y-auto rounded-sm border border-edge">
      <legend className="sr-only">{t("branch.which")}</legend>
      {messages.map((message) => (
        <label
          key={message.id}
          className="flex min-h-9 cursor-pointer items-center gap-2.5 px-3 py-1 text-sm hover:bg-hover pointer-coarse:min-h-11"
        >
          <input
            type="checkbox"
            checked={selected.includes(message.id)}
            onChange={() => toggle(message.id)}
            className="size-4 shrink-0 accent-accent"
          />
          <span className="min-w-0 flex-1 truncate">
            <span className="font-medium">{message.display_name}</span>{" "}
            <span className="text-ink-2">{plain(message.content)}</span>
          </span>
          <span className="shrink-0 text-ink-2 text-xs">{formatTime(message.created_at)}</span>
        </label>
      ))}
    </fieldset>
  );
}
