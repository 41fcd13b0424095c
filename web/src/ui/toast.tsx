import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { create } from "zustand";
import { t } from "../i18n";
import { IconButton } from "./IconButton";

type Toast = { id: number; text: string };

const useToasts = create<Toast[]>(() => []);
const SHOWN_MS = 6000;
const AT_ONCE = 3;
let last = 0;

/** Tells what just happened, for a few seconds. Never the only place where an error is told. */
export function toast(text: string): void {
  last += 1;
  const id = last;
  useToasts.setState((toasts) => [...toasts, { id, text }].slice(-AT_ONCE), true);
}

function dismiss(id: number): void {
  useToasts.setState((toasts) => toasts.filter((toast) => toast.id !== id), true);
}

/** Where toasts appear, above the box one writes in; once, near the root. The region is there before its first text, or it would not be read. */
export function Toaster() {
  const toasts = useToasts();
  // In the body: dialogs are there, too, and would cover it.
  return createPortal(
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-[calc(5rem+env(safe-area-inset-bottom))] z-50 grid justify-items-center gap-2 px-4"
    >
      {toasts.map((toast) => (
        <Note key={toast.id} toast={toast} />
      ))}
    </div>,
    document.body,
  );
}

function Note({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: holding it under the pointer only stops its clock
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex max-w-md items-center gap-2 rounded-md border border-line bg-surface py-1.5 pr-1.5 pl-4 text-sm shadow-pop"
    >
      <span className="min-w-0 py-1">{toast.text}</span>
      <IconButton size="sm" label={t("shell.dismiss")} icon={<X />} onClick={() => dismiss(toast.id)} />
    </div>
  );
}
