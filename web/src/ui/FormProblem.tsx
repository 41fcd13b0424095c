import { CircleAlert } from "lucide-react";

/** What was wrong with a form as a whole. */
export function FormProblem({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p
      role="alert"
      tabIndex={-1}
      className="flex gap-2.5 rounded-sm bg-err-wash px-3 py-2.5 text-err text-sm outline-none"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0">{text}</span>
    </p>
  );
}
