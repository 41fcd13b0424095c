import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ChatId } from "../gen/api";
import { problemText, t } from "../i18n";
import { announce } from "../state/announce";
import { withoutEdit } from "../state/contexts";
import type { Draft } from "../state/drafts";
import { edit, message, post } from "../state/log";
import { stopTyping } from "../state/people";
import { useLimits } from "../state/session";
import { type Entry, offered, type Place, read } from "./commands";
import { type Fill, fillOf } from "./limit";
import { run } from "./run";

/** What stands between a text and the room. */
export type Obstacle =
  /** Such a command does not exist; `content` may be posted as it is. */
  { kind: "unknown"; word: string; content: string } | { kind: "refused"; why: string };

export type Send = {
  fill: Fill;
  obstacle: Obstacle | undefined;
  /** An edit or a command is under way. */
  busy: boolean;
  /** Takes the text in the box, or another in its place. */
  send: (text?: string) => void;
  /** Posts what was taken for an unknown command. */
  sendAsText: (content: string) => void;
};

export function useSend(
  chat: ChatId,
  place: Place,
  draft: Draft,
  setDraft: (draft: Draft) => void,
  help: () => void,
): Send {
  const navigate = useNavigate();
  const limits = useLimits();
  const [met, setMet] = useState<{ text: string; obstacle: Obstacle }>();
  const [busy, setBusy] = useState(false);
  const fill = fillOf(draft.text.trimEnd(), limits.message_bytes);

  // Another text may have nothing in its way.
  const obstacle = met?.text === draft.text ? met.obstacle : undefined;
  const page = {
    open: (to: ChatId) => void navigate({ to: "/c/$chat", params: { chat: to } }),
    help,
  };

  function meet(obstacle: Obstacle) {
    setMet({ text: draft.text, obstacle });
  }
  const refuse = (why: string) => meet({ kind: "refused", why });

  function say(content: string) {
    post(chat, content, draft.replyTo);
    stopTyping(chat);
    setDraft({ text: "" });
  }

  /** Waits for the server, and keeps the text where it says no. */
  async function attempt(work: () => Promise<void>, done: Draft) {
    setBusy(true);
    setMet(undefined);
    try {
      await work();
      setDraft(done);
    } catch (cause) {
      refuse(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  function save(editing: string) {
    const content = draft.text.trimEnd();
    if (content === "") return refuse(t("composer.edit_blank"));
    if (content === message(chat, editing)?.content) return setDraft(withoutEdit(draft));
    void attempt(() => edit(chat, editing, content), withoutEdit(draft));
  }

  function take(entry: Entry) {
    switch (entry.kind) {
      case "blank":
        return;
      case "text":
        return say(entry.content);
      case "ask":
        if (!place.bot) return refuse(t("errors.no_bot"));
        return entry.question ? say(entry.content) : refuse(t("errors.no_question"));
      case "unknown":
        // Said once; whoever sends it again means it.
        if (obstacle?.kind === "unknown" && obstacle.content === entry.content) return say(entry.content);
        return meet(entry);
      case "command": {
        const { name, argument } = entry;
        if (!offered(place).some((command) => command.name === name)) {
          return refuse(t("composer.not_here", { command: `/${name}` }));
        }
        return void attempt(() => run(chat, name, argument, page), { ...draft, text: "" });
      }
    }
  }

  function send(text?: string) {
    if (busy) return;
    if (fill.kind === "over") return announce(t("composer.over", { count: fill.by }), "assertive");
    if (draft.editing) return save(draft.editing);
    take(read(text ?? draft.text));
  }

  return { fill, obstacle, busy, send, sendAsText: say };
}
