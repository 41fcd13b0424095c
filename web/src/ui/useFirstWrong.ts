import { useEffect, useState } from "react";

/** What to call when a form was refused: one then stands in the first box that needs work, or at what is said of all. */
export function useFirstWrong(): (form: Element) => void {
  const [refused, setRefused] = useState<{ form: Element }>();
  useEffect(() => {
    const found = (wanted: string) => refused?.form.querySelector<HTMLElement>(wanted);
    (found("[aria-invalid=true]") ?? found("[role=alert]"))?.focus();
  }, [refused]);
  return (form) => setRefused({ form });
}
