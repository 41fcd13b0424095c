import { lazy, Suspense, useState } from "react";
import type { ChatKind, Message } from "../gen/api";
import { withPageTexts } from "../i18n";
import { closeOverlay, type Overlay, useOverlay } from "../state/overlay";
import { loadPalette } from "./loadPalette";

const Palette = lazy(() => loadPalette().then(({ Palette }) => ({ default: Palette })));
const ShortcutsDialog = lazy(() =>
  import("./ShortcutsDialog").then(({ ShortcutsDialog }) => ({ default: ShortcutsDialog })),
);
const NewChatDialog = lazy(() =>
  import("./NewChatDialog").then(({ NewChatDialog }) => ({ default: NewChatDialog })),
);

const BranchDialog = lazy(() => withPageTexts(import("./BranchDialog")));
const SawDialog = lazy(() => withPageTexts(import("../message/SawDialog")));
const CatchUpDialog = lazy(() => withPageTexts(import("../list/CatchUpDialog")));

/** Each overlay comes when it is first wanted, and stays so that it can close with grace. */
export function Overlays() {
  const overlay = useOverlay();
  const [known, setKnown] = useState<readonly Overlay["kind"][]>([]);
  const [kind, setKind] = useState<ChatKind>("group");
  if (overlay && !known.includes(overlay.kind)) setKnown([...known, overlay.kind]);
  if (overlay?.kind === "new-chat" && overlay.chat !== kind) setKind(overlay.chat);
  const [from, setFrom] = useState<Message>();
  if (overlay?.kind === "branch" && overlay.from !== from) setFrom(overlay.from);
  const [saw, setSaw] = useState<Extract<Overlay, { kind: "saw" }>>();
  if (overlay?.kind === "saw" && overlay !== saw) setSaw(overlay);
  const [missed, setMissed] = useState<Extract<Overlay, { kind: "catch-up" }>>();
  if (overlay?.kind === "catch-up" && overlay !== missed) setMissed(overlay);
  const state = (of: Overlay["kind"]) => ({
    open: overlay?.kind === of,
    onOpenChange: (open: boolean) => {
      if (!open) closeOverlay();
    },
  });
  return (
    <Suspense>
      {known.includes("palette") && <Palette {...state("palette")} />}
      {known.includes("shortcuts") && <ShortcutsDialog {...state("shortcuts")} />}
      {known.includes("branch") && from && <BranchDialog from={from} {...state("branch")} />}
      {known.includes("saw") && saw && <SawDialog reply={saw.reply} show={saw.show} {...state("saw")} />}
      {known.includes("catch-up") && missed && (
        <CatchUpDialog
          chat={missed.chat}
          since={missed.since}
          until={missed.until}
          show={missed.show}
          {...state("catch-up")}
        />
      )}
      {known.includes("new-chat") && <NewChatDialog kind={kind} {...state("new-chat")} />}
    </Suspense>
  );
}
