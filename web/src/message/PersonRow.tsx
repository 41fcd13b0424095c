import { CircleAlert, Hourglass } from "lucide-react";
import { useEffect } from "react";
import type { Message, MessageId } from "../gen/api";
import { formatFull, t } from "../i18n";
import { Markdown } from "../markdown/Markdown";
import { announce } from "../state/announce";
import { discard, type PendingPost, resend } from "../state/log";
import { useMe } from "../state/session";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { useSecondsUntil } from "../ui/useSecondsUntil";
import { Author, Gutter } from "./Author";
import { Frame } from "./Frame";
import { Quote } from "./Quote";
import { Receipts } from "./Receipts";
import { useRoom } from "./room";

type PersonRowProps = {
  /** Its name in the list; the same before and after the server took the post. */
  id: string;
  grouped: boolean;
  flash: boolean;
  /** It is the newest of mine: shows who has read it. */
  receipts: boolean;
} & ({ message: Message; pending?: undefined } | { pending: PendingPost; message?: undefined });

/**
 * What a person said. A post that is on its way is the same component as the message that becomes of it, so that
 * its text stays where it is in the page.
 */
export function PersonRow({ id, message, pending, grouped, flash, receipts }: PersonRowProps) {
  const me = useMe();
  const { mentions } = useRoom();
  const { user_id, username, display_name } = message ?? { ...me, user_id: me.id };
  const author = {
    user: { id: user_id, username, display_name, kind: "person" as const },
    grouped,
    at: message?.created_at,
  };
  const replyTo: MessageId | null | undefined = message?.reply_to ?? pending?.reply_to;
  return (
    <Frame message={message} labelledBy={`who-${id}`} grouped={grouped} flash={flash}>
      <Gutter {...author} />
      <div className="min-w-0 flex-1">
        <Author id={`who-${id}`} {...author} />
        {replyTo && !message?.deleted_at && <Quote of={replyTo} />}
        {message?.deleted_at ? (
          <p className="text-ink-2 italic">{t("room.deleted")}</p>
        ) : (
          <div className={cx(pending?.state === "pending" && "text-ink-2")}>
            <Markdown text={(message ?? pending).content} mentions={mentions} />
            {message?.edited_at && (
              <span title={formatFull(message.edited_at)} className="text-ink-2 text-xs">
                {t("room.edited")}
              </span>
            )}
          </div>
        )}
        {pending?.waitsUntil && <Waits until={pending.waitsUntil} />}
        {pending?.state === "failed" && <Failed post={pending} />}
        {receipts && message && <Receipts seq={message.seq} />}
      </div>
    </Frame>
  );
}

function Waits({ until }: { until: number }) {
  const seconds = useSecondsUntil(until);
  useEffect(() => announce(t("room.waits", { count: Math.ceil((until - Date.now()) / 1000) })), [until]);
  return (
    <p className="my-1 flex items-center gap-2 text-[13px] text-warn tabular-nums">
      <Hourglass aria-hidden="true" className="size-4 shrink-0" />
      {t("room.waits", { count: seconds })}
    </p>
  );
}

function Failed({ post }: { post: PendingPost }) {
  return (
    <div className="my-1 flex flex-wrap items-center gap-2 text-[13px] text-err">
      <CircleAlert aria-hidden="true" className="size-4" />
      <span>{post.error ?? t("room.not_sent")}</span>
      <Button size="sm" onClick={() => resend(post.client_id)}>
        {t("room.resend")}
      </Button>
      <Button size="sm" variant="quiet" onClick={() => discard(post.client_id)}>
        {t("room.discard")}
      </Button>
    </div>
  );
}
