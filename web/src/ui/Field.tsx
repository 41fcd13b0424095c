import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

type FieldProps = {
  label: string;
  /** What to know before one errs. */
  hint?: ReactNode;
  /** What was wrong; takes the hint's place for the eye, and is read out with the field. */
  error?: string | undefined;
  children: ReactNode;
  className?: string;
};

/** A control with its name, its hint and its error, tied together for assistive technology. */
export function Field({ label, hint, error, children, className }: FieldProps) {
  return (
    <Base.Root invalid={error !== undefined} className={cx("flex flex-col gap-1.5", className)}>
      <Base.Label className="font-medium text-sm">{label}</Base.Label>
      {children}
      {hint && !error && (
        <Base.Description className="text-[13px] text-ink-2 leading-snug">{hint}</Base.Description>
      )}
      {error && (
        <Base.Error match className="text-[13px] text-err leading-snug">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

const control =
  "w-full rounded-sm border border-edge bg-surface text-ink transition-colors duration-100 placeholder:text-ink-2 hover:border-ink-2 focus:border-accent focus:outline-2 focus:outline-accent focus:-outline-offset-1 disabled:opacity-60 data-invalid:border-err data-invalid:focus:outline-err";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <Base.Control {...rest} className={cx(control, "h-9 px-3 pointer-coarse:h-11", className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <Base.Control
      render={<textarea {...rest} />}
      className={cx(control, "min-h-20 resize-y px-3 py-2", className)}
    />
  );
}
