import { useNavigate } from "@tanstack/react-router";
import { Sparkles, UserRound, UsersRound } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { ChatKind, User } from "../gen/api";
import { fieldText, problemText, t } from "../i18n";
import { createChat, type NewChat } from "../state/chats";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { Dialog } from "../ui/Dialog";
import { Field, Input } from "../ui/Field";
import { PeoplePicker } from "./PeoplePicker";

type NewChatDialogProps = { kind: ChatKind; open: boolean; onOpenChange: (open: boolean) => void };

export function NewChatDialog({ kind, open, onOpenChange }: NewChatDialogProps) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState(kind);
  const [wasOpen, setWasOpen] = useState(open);
  // What it was opened for, each time anew.
  if (open !== wasOpen) {
    setWasOpen(open);
    if (open) setChosen(kind);
  }
  return (
    <Dialog
      title={t("new_chat.title")}
      open={open}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button variant="quiet" onClick={() => onOpenChange(false)}>
            {t("shell.cancel")}
          </Button>
          <Button variant="primary" type="submit" form={form} busy={busy}>
            {chosen === "private" ? t("new_chat.open") : t("new_chat.create")}
          </Button>
        </>
      }
    >
      <NewChatForm
        id={form}
        kind={chosen}
        onKindChange={setChosen}
        onBusyChange={setBusy}
        onMade={() => onOpenChange(false)}
      />
    </Dialog>
  );
}

type NewChatFormProps = {
  id: string;
  kind: ChatKind;
  onKindChange: (kind: ChatKind) => void;
  onBusyChange: (busy: boolean) => void;
  onMade: () => void;
};

type Complaints = { name?: string | undefined; people?: string | undefined; other?: string };

function NewChatForm({ id, kind, onKindChange, onBusyChange, onMade }: NewChatFormProps) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [people, setPeople] = useState<User[]>([]);
  const [complaints, setComplaints] = useState<Complaints>({});

  async function make(event: FormEvent) {
    event.preventDefault();
    const found = complain(kind, name, people);
    setComplaints(found);
    if (found.name ?? found.people) return;
    onBusyChange(true);
    try {
      const chat = await createChat(wanted(kind, name.trim(), people));
      onMade();
      await navigate({ to: "/c/$chat", params: { chat } });
    } catch (cause) {
      const fields = { name: fieldText(cause, "name"), people: fieldText(cause, "participant_usernames") };
      setComplaints(fields.name || fields.people ? fields : { other: problemText(cause) });
    } finally {
      onBusyChange(false);
    }
  }

  return (
    <form id={id} onSubmit={(event) => void make(event)} noValidate className="grid gap-5 pb-1">
      <Kinds value={kind} onChange={onKindChange} />
      {kind !== "private" && (
        <Field
          label={kind === "ai" ? t("new_chat.optional") : t("new_chat.name")}
          hint={kind === "group" && t("new_chat.name_hint")}
          error={complaints.name}
        >
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={100}
            autoComplete="off"
            placeholder={kind === "ai" ? t("new_chat.ai_name_sample") : t("new_chat.name_sample")}
          />
        </Field>
      )}
      {kind !== "ai" && (
        <PeoplePicker
          label={kind === "group" ? t("new_chat.people") : t("new_chat.person")}
          hint={kind === "group" ? t("new_chat.people_hint") : t("new_chat.person_hint")}
          value={kind === "group" ? people : people.slice(-1)}
          onValueChange={setPeople}
          error={complaints.people}
        />
      )}
      {complaints.other && (
        <p role="alert" className="text-err text-sm">
          {complaints.other}
        </p>
      )}
    </form>
  );
}

function complain(kind: ChatKind, name: string, people: readonly User[]): Complaints {
  if (kind === "group" && !name.trim()) return { name: t("new_chat.name_missing") };
  if (kind === "private" && people.length === 0) return { people: t("new_chat.person_missing") };
  return {};
}

function wanted(kind: ChatKind, name: string, people: readonly User[]): NewChat {
  const usernames = people.map((user) => user.username);
  switch (kind) {
    case "group":
      return { kind, name, participant_usernames: usernames };
    case "private":
      return { kind, participant_usernames: usernames.slice(-1) };
    case "ai":
      return name ? { kind, name } : { kind };
  }
}

function Kinds({ value, onChange }: { value: ChatKind; onChange: (kind: ChatKind) => void }) {
  const kinds = [
    { kind: "group", icon: <UsersRound />, name: t("new_chat.group"), text: t("new_chat.group_text") },
    { kind: "private", icon: <UserRound />, name: t("new_chat.private"), text: t("new_chat.private_text") },
    { kind: "ai", icon: <Sparkles />, name: t("new_chat.ai"), text: t("new_chat.ai_text") },
  ] as const;
  return (
    <fieldset className="grid grid-cols-3 gap-2">
      <legend className="sr-only">{t("new_chat.kind")}</legend>
      {kinds.map(({ kind, icon, name, text }) => (
        <label
          key={kind}
          className="relative flex cursor-pointer flex-col gap-1 rounded-md border border-line p-3 transition-colors duration-100 hover:border-edge has-checked:border-accent has-checked:bg-accent-wash has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          <input
            type="radio"
            name="kind"
            value={kind}
            checked={value === kind}
            onChange={() => onChange(kind)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          <span
            aria-hidden="true"
            className={cx("[&>svg]:size-5", kind === "ai" ? "text-bot" : "text-accent")}
          >
            {icon}
          </span>
          <span className="font-semibold text-sm leading-tight">{name}</span>
          <span className="text-ink-2 text-xs leading-snug">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
