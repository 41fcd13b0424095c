import { type KeyboardEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import type { ChatId } from "../gen/api";
import { t } from "../i18n";
import { type ChatEntry, useChat } from "../state/chats";
import { beginEdit, useBegun, withoutContext } from "../state/contexts";
import { useDraft } from "../state/drafts";
import { lastOwn } from "../state/log";
import { sendTyping, usePeople } from "../state/people";
import { useSettings } from "../state/settings";
import { cx } from "../ui/cx";
import { useAnswer } from "./answer";
import { Context } from "./Context";
import { useGrow } from "./grow";
import { intentOf } from "./keys";
import { Note } from "./Note";
import { SendButton } from "./SendButton";
import { StopButton } from "./StopButton";
import { Suggestions } from "./Suggestions";
import { touchFirst } from "./touch";
import { useSend } from "./useSend";
import { useSuggest } from "./useSuggest";

const HelpDialog = lazy(() => import("./HelpDialog"));

/** Where one writes to a chat. */
export function Composer({ chat }: { chat: ChatId }) {
  const entry = useChat(chat);
  // Keyed: a text belongs to the chat it was begun in, even when another one opens in mid-sentence.
  return entry && <Box key={chat} entry={entry} />;
}

function Box({ entry }: { entry: ChatEntry }) {
  const chat = entry.id;
  const box = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useDraft(chat);
  const { members } = usePeople(chat);
  const { enter } = useSettings();
  // Until it is known who is here, the server decides: whoever asks the bot at once is not told that it is away.
  const bot = members.length === 0 || members.some((member) => member.is_bot);
  const place = { kind: entry.kind, role: entry.my_role, bot };
  const [help, setHelp] = useState<"never" | "open" | "closed">("never");
  const { fill, obstacle, busy, send, sendAsText } = useSend(chat, place, draft, setDraft, () =>
    setHelp("open"),
  );
  const suggest = useSuggest(chat, place, draft.text, box, send);
  const touch = touchFirst();
  const context = draft.replyTo ?? draft.editing;
  const begun = useBegun();
  const answer = useAnswer(entry);
  const blank = draft.text.trim() === "";
  useGrow(box, draft.text);

  useEffect(() => {
    // On a phone the keyboard would cover the room that was just opened.
    if (!touchFirst()) box.current?.focus();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: also when it is begun that was begun already
  useEffect(() => {
    if (context) box.current?.focus();
  }, [context, begun]);

  function change(text: string, caret: number) {
    setDraft({ ...draft, text });
    suggest.moved(text, caret);
    // A command is nobody else's business; a question to the bot is a message like any other.
    if (text && !draft.editing && (!text.startsWith("/") || text.startsWith("/bot "))) sendTyping(chat);
  }

  function leaveContext() {
    setDraft(withoutContext(draft));
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (suggest.key(event)) return;
    const situation = { enter, touch, empty: draft.text === "", context: context !== undefined };
    const intent = intentOf(event.nativeEvent, situation);
    if (!intent) return;
    if (intent === "edit_last") {
      const last = lastOwn(chat);
      if (!last) return;
      beginEdit(chat, last);
    } else if (intent === "leave_context") {
      leaveContext();
      // The page's own Escape is not meant.
      event.stopPropagation();
    } else {
      send();
    }
    event.preventDefault();
  }

  const label = t("composer.label", { title: entry.title });
  return (
    <form
      className="relative mx-3 mb-[max(0.75rem,env(safe-area-inset-bottom))] sm:mx-5"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Suggestions chat={chat} suggest={suggest} />
      <div className="rounded-md border border-edge bg-surface transition-colors duration-100 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1">
        <Context chat={chat} draft={draft} onLeave={leaveContext} />
        <div className="flex items-end gap-1 p-1.5">
          <textarea
            ref={box}
            rows={1}
            value={draft.text}
            readOnly={busy}
            aria-label={label}
            aria-invalid={fill.kind === "over" || undefined}
            aria-describedby={`note-${chat}`}
            placeholder={entry.kind === "ai" ? t("composer.placeholder_ai") : label}
            enterKeyHint={touch || enter === "newline" ? "enter" : "send"}
            autoComplete="off"
            spellCheck
            className={cx(
              "max-h-[40dvh] min-h-9 min-w-0 flex-1 resize-none self-center text-ellipsis bg-transparent px-2 py-1.5 outline-none placeholder:truncate placeholder:text-ink-2 pointer-coarse:py-2.5",
              // Such a text fills the box whatever it is, and measuring it at every key would be felt.
              fill.kind === "over" ? "field-sizing-fixed h-[40dvh]" : "field-sizing-content",
            )}
            onChange={(event) => change(event.target.value, event.target.selectionStart)}
            onSelect={({ currentTarget: { value, selectionStart, selectionEnd } }) =>
              suggest.moved(value, selectionStart === selectionEnd ? selectionStart : -1)
            }
            onKeyDown={onKeyDown}
            onBlur={suggest.close}
            {...suggest.aria}
          />
          {answer && blank ? (
            <StopButton key={answer.message_id} chat={chat} answer={answer} />
          ) : (
            <SendButton
              purpose={draft.editing ? "save" : "send"}
              disabled={busy || blank || fill.kind === "over"}
            />
          )}
        </div>
      </div>
      {help !== "never" && (
        <Suspense>
          <HelpDialog
            place={place}
            open={help === "open"}
            onOpenChange={(open) => setHelp(open ? "open" : "closed")}
          />
        </Suspense>
      )}
      <Note id={`note-${chat}`} fill={fill} obstacle={obstacle} onSendAsText={sendAsText} />
    </form>
  );
}
