import { AlertDialog as Base } from "@base-ui/react/alert-dialog";
import { type ReactNode, type RefObject, useRef, useState } from "react";
import { problemText, t } from "../i18n";
import { Button } from "./Button";

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, and whether it can be taken back. */
  text: ReactNode;
  /** The button's verb: "Delete", never "OK". */
  confirm: string;
  danger?: boolean;
  /** Where the focus goes afterwards; else where it came from, which may be gone with what was asked about. */
  back?: RefObject<HTMLElement | null>;
  /** The dialog closes when this is done, and stays with the reason when it fails. */
  onConfirm: () => void | Promise<void>;
};

/** Asks before something that matters. The focus begins on the harmless answer. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  text,
  confirm,
  danger,
  back,
  onConfirm,
}: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<string>();

  async function run() {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      setDone(true);
      onOpenChange(false);
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Base.Root
      open={open}
      onOpenChange={onOpenChange}
      onOpenChangeComplete={(shown) => {
        if (shown) return;
        setError(undefined);
        setDone(false);
      }}
    >
      <Base.Portal>
        <Base.Backdrop
          forceRender
          className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0"
        />
        <Base.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Base.Popup
            initialFocus={cancel}
            finalFocus={() => (done && back?.current) || true}
            className="w-full max-w-sm rounded-lg border border-line bg-surface p-5 shadow-pop outline-none transition-[opacity,translate] duration-150 data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <Base.Title className="break-words font-display text-xl leading-snug">{title}</Base.Title>
            <Base.Description render={<div />} className="mt-1.5 text-ink-2 text-sm">
              {text}
            </Base.Description>
            {error && (
              <p role="alert" className="mt-3 text-err text-sm">
                {error}
              </p>
            )}
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <Base.Close render={<Button ref={cancel}>{t("shell.cancel")}</Button>} />
              <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={() => void run()}>
                {confirm}
              </Button>
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
