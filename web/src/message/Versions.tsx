import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useState } from "react";
import type { Message, ReplyRun, Version } from "../gen/api";
import { formatFull, formatTime, problemText, t } from "../i18n";
import { Markdown } from "../markdown/Markdown";
import { useVersions } from "../queries/versions";
import { useName } from "../state/people";
import { IconButton } from "../ui/IconButton";
import { Skeleton } from "../ui/Skeleton";
import { fellShort, hasText } from "./actions";
import { costOf } from "./cost";
import { reasonText } from "./reason";
import { useRoom } from "./room";

type VersionsProps = { message: Message; run: ReplyRun; onClose: () => void };

/** What a reply said before it was written once more, to leaf through; in the place of its text. */
export default function Versions({ message, run, onClose }: VersionsProps) {
  const { chat } = useRoom();
  const { data: versions, error } = useVersions(chat, message.id, run.id);
  const [chosen, setChosen] = useState<number>();
  const count = versions?.length ?? 0;
  // The one before what stands there now.
  const at = chosen ?? Math.max(0, count - 2);
  const version = versions?.[at];
  return (
    <div className="my-1 rounded-sm border border-line bg-surface">
      <div className="flex flex-wrap items-center gap-x-1 border-line border-b px-1 text-[13px] text-ink-2">
        <IconButton
          size="sm"
          label={t("versions.previous")}
          icon={<ChevronLeft />}
          disabled={at === 0}
          onClick={() => setChosen(at - 1)}
        />
        <span role="status" className="tabular-nums">
          {count > 0 && t("versions.at", { at: at + 1, count })}
        </span>
        <IconButton
          size="sm"
          label={t("versions.next")}
          icon={<ChevronRight />}
          disabled={at >= count - 1}
          onClick={() => setChosen(at + 1)}
        />
        <span className="min-w-0 flex-1 break-words max-sm:order-last max-sm:basis-full max-sm:px-2 max-sm:pb-1.5">
          {version && <By version={version} />}
        </span>
        <IconButton
          size="sm"
          label={t("versions.close")}
          icon={<X />}
          onClick={onClose}
          className="max-sm:ml-auto"
        />
      </div>
      <div className="px-3 py-2">
        {error && <p className="text-err text-sm">{problemText(error)}</p>}
        {!error && !version && <Skeleton className="h-12" />}
        {version && <Said message={message} version={version} />}
      </div>
    </div>
  );
}

function By({ version }: { version: Version }) {
  const { chat } = useRoom();
  const { requested_by, requested_at, run } = version;
  const name = useName(chat, requested_by.id, requested_by.display_name);
  return (
    <>
      <span title={formatFull(requested_at)}>
        {t("versions.by", { name, when: formatTime(requested_at) })}
      </span>
      {[costOf(run)].filter(Boolean).map((cost) => ` · ${cost}`)}
    </>
  );
}

function Said({ message, version: { content, status, run } }: { message: Message; version: Version }) {
  const { mentions } = useRoom();
  const then = { ...message, content, status, run };
  return (
    <>
      {hasText(then) && <Markdown text={content} mentions={mentions} />}
      {fellShort(then) && <p className="text-[13px] text-ink-2">{reasonText(then)}</p>}
    </>
  );
}
