import type { MouseEvent } from "react";
import type { CatchUp, ChatId, Seq } from "../gen/api";
import { problemText, t } from "../i18n";
import { Markdown } from "../markdown/Markdown";
import { priceOf } from "../message/cost";
import { useCatchUp } from "../queries/catchUp";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/Skeleton";
import { linked, placeOf } from "./catchUp";
import { useMentions } from "./useMentions";

type CatchUpDialogProps = {
  chat: ChatId;
  /** The read position from which one wants to know. */
  since: Seq;
  /** The newest place there was when one asked. */
  until: Seq;
  show: (seq: Seq) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** What one has missed in a room, told to oneself alone. */
export default function CatchUpDialog({ chat, since, until, show, open, onOpenChange }: CatchUpDialogProps) {
  return (
    <Dialog title={t("catch_up.title")} size="lg" open={open} onOpenChange={onOpenChange}>
      <Content
        key={`${chat} ${since} ${until}`}
        {...{ chat, since, until }}
        onGo={(seq) => {
          onOpenChange(false);
          show(seq);
        }}
      />
    </Dialog>
  );
}

type ContentProps = { chat: ChatId; since: Seq; until: Seq; onGo: (seq: Seq) => void };

function Content({ chat, since, until, onGo }: ContentProps) {
  const { data, error, isFetching, refetch } = useCatchUp(chat, since, until);
  if (error && !isFetching) {
    return (
      <div className="grid justify-items-start gap-3">
        <p role="alert" className="text-err text-sm">
          {problemText(error)}
        </p>
        <Button onClick={() => void refetch()}>{t("room.again")}</Button>
      </div>
    );
  }
  if (!data) {
    return (
      <div aria-busy="true" className="grid gap-3">
        <p role="status" className="text-ink-2 text-sm">
          {t("catch_up.reading")}
        </p>
        <Skeleton className="h-32" />
      </div>
    );
  }
  return <Told chat={chat} told={data} onGo={onGo} />;
}

function Told({ chat, told, onGo }: { chat: ChatId; told: CatchUp; onGo: (seq: Seq) => void }) {
  const mentions = useMentions(chat);
  const room = `${location.origin}/c/${chat}`;
  const { messages, is_whole, summary, links, model, usage } = told;
  if (messages === 0) return <p className="text-ink-2 text-sm">{t("catch_up.nothing")}</p>;

  function follow(event: MouseEvent) {
    const href = event.target instanceof Element ? event.target.closest("a")?.href : undefined;
    const at = href === undefined ? undefined : placeOf(href, room);
    if (at === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onGo(at);
  }

  const about = t(is_whole ? "catch_up.all" : "catch_up.latest", { count: messages });
  return (
    <>
      <p className="mb-3 text-ink-2 text-sm">
        {about} {t("catch_up.private")}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is pressed is a link in it */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key on a link is a click */}
      <div onClick={follow} className="text-[15px]">
        <Markdown text={linked(summary, links, room)} mentions={mentions} />
      </div>
      <p className="mt-4 text-ink-2 text-xs">
        {[model, usage && priceOf(usage)].filter(Boolean).join(" · ")}
      </p>
    </>
  );
}
