import type { ReactNode } from "react";
import type { Message, ModelSettings, ReplyContext, Seq } from "../gen/api";
import { formatNumber, problemText, t } from "../i18n";
import { plain } from "../markdown/plain";
import { useShown, useUntil } from "../queries/saw";
import { useMembers } from "../state/people";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/Skeleton";
import { Problem } from "../wire/problem";

type SawDialogProps = {
  reply: Message;
  show: (seq: Seq) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** What the model was shown for a reply, so that everybody can tell why it says what it says. */
export default function SawDialog({ reply, show, open, onOpenChange }: SawDialogProps) {
  return (
    <Dialog title={t("saw.title")} size="lg" open={open} onOpenChange={onOpenChange}>
      <Shown
        key={reply.id}
        reply={reply}
        onGo={(seq) => {
          onOpenChange(false);
          show(seq);
        }}
      />
    </Dialog>
  );
}

function Shown({ reply, onGo }: { reply: Message; onGo: (seq: Seq) => void }) {
  const { data: shown, error, refetch } = useShown(reply);
  if (error instanceof Problem && error.code === "not_found") {
    return <p className="text-ink-2 text-sm">{t("saw.nothing")}</p>;
  }
  if (error) {
    return (
      <div className="grid justify-items-start gap-3">
        <p role="alert" className="text-err text-sm">
          {problemText(error)}
        </p>
        <Button onClick={() => void refetch()}>{t("room.again")}</Button>
      </div>
    );
  }
  if (!shown) {
    return (
      <div aria-busy="true">
        <Skeleton className="h-40" />
      </div>
    );
  }
  return (
    <div className="grid grid-cols-1 gap-5">
      <Part title={t("saw.messages", { count: shown.messages.length })}>
        <Messages reply={reply} shown={shown} onGo={onGo} />
      </Part>
      <Part title={t("saw.summary")}>
        <Summary shown={shown} />
      </Part>
      <Part title={t("saw.instruction")}>
        <Scrolled label={t("saw.instruction")}>{shown.instruction || t("saw.instruction_none")}</Scrolled>
      </Part>
      <Part title={t("saw.settings")}>
        <Settings shown={shown} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

/** A long text in little room; what scrolls is to be reached by keys, too. */
function Scrolled({ label, children }: { label: string; children: string }) {
  return (
    <section
      aria-label={label}
      tabIndex={0}
      className="max-h-60 overflow-y-auto whitespace-pre-wrap break-words rounded-sm border border-line px-3 py-2 text-sm"
    >
      {children}
    </section>
  );
}

type MessagesProps = { reply: Message; shown: ReplyContext; onGo: (seq: Seq) => void };

/** Each leads to its place in the room. */
function Messages({ reply, shown, onGo }: MessagesProps) {
  const chat = reply.chat_id;
  const { data: texts = [] } = useUntil(chat, shown.messages.at(-1)?.seq);
  const members = useMembers(chat);
  const text = new Map(texts.map((message) => [message.id, message]));
  return (
    <ul className="max-h-60 overflow-y-auto rounded-sm border border-line">
      {shown.messages.map(({ message_id, seq }) => {
        const message = text.get(message_id);
        const author = members.find((member) => member.user_id === message?.user_id);
        return (
          <li key={message_id}>
            <button
              type="button"
              onClick={() => onGo(seq)}
              className="flex min-h-9 w-full cursor-pointer items-center gap-2 px-3 py-1 text-left text-sm -outline-offset-2 hover:bg-hover pointer-coarse:min-h-11"
            >
              <span className="shrink-0 text-ink-2 text-xs tabular-nums">#{formatNumber(seq)}</span>
              <span className="min-w-0 flex-1 truncate">
                {message ? (
                  <>
                    <span className="font-medium">{author?.display_name ?? message.display_name}</span>{" "}
                    <span className="text-ink-2">{plain(message.content)}</span>
                  </>
                ) : (
                  t("saw.message_at", { seq })
                )}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Summary({ shown: { summary } }: { shown: ReplyContext }) {
  if (!summary) return <p className="text-ink-2 text-sm">{t("saw.summary_none")}</p>;
  return (
    <>
      <p className="mb-1 text-[13px] text-ink-2">{t("saw.summary_range", { seq: summary.up_to_seq })}</p>
      {summary.content == null ? (
        <p className="text-ink-2 text-sm italic">{t("saw.summary_gone")}</p>
      ) : (
        <Scrolled label={t("saw.summary")}>{summary.content}</Scrolled>
      )}
    </>
  );
}

function Settings({ shown: { settings, model } }: { shown: ReplyContext }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      {linesOf(settings, model).map(([name, value]) => (
        <div key={name} className="col-span-full grid grid-cols-subgrid">
          <dt className="text-ink-2">{name}</dt>
          <dd className="min-w-0 break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was asked for; what nobody asked for was left to the model. */
function linesOf(settings: ModelSettings, answered: string | null | undefined): [string, string][] {
  const { model, temperature, top_p, max_tokens, thinking } = settings;
  const lines: [string, string | null | undefined][] = [
    [t("saw.answered"), answered],
    [t("saw.asked"), model],
    [t("ai.temperature"), temperature == null ? undefined : formatNumber(temperature)],
    [t("ai.top_p"), top_p == null ? undefined : formatNumber(top_p)],
    [t("ai.max_tokens"), max_tokens == null ? undefined : formatNumber(max_tokens)],
    [
      t("ai.thinking"),
      thinking == null
        ? undefined
        : "level" in thinking
          ? t(`ai.thinking_${thinking.level}`)
          : t("saw.thinking_budget", { count: thinking.budget }),
    ],
  ];
  return lines.map(([name, value]) => [name, value ?? t("saw.open")]);
}
