import { type FormEvent, useState } from "react";
import { fieldText, problemText } from "../i18n";
import { useFirstWrong } from "./useFirstWrong";

type Submission = {
  busy: boolean;
  submit: (event: FormEvent<Element>) => void;
  /** What the server says about one of the form's boxes. */
  wrong: (field: string) => string | undefined;
  /** What is wrong, when it is about none of them. */
  problem: string | undefined;
};

/** Sends a form once at a time, and keeps what the server refused until the next attempt. */
export function useSubmit(fields: readonly string[], send: (form: Element) => Promise<void>): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const toFirstWrong = useFirstWrong();

  async function run(form: Element) {
    setBusy(true);
    setError(undefined);
    try {
      await send(form);
    } catch (cause) {
      setError(cause);
      toFirstWrong(form);
    } finally {
      setBusy(false);
    }
  }

  const wrong = (field: string) => fieldText(error, field);
  return {
    busy,
    submit(event: FormEvent<Element>) {
      event.preventDefault();
      if (!busy) void run(event.currentTarget);
    },
    wrong,
    problem: error !== undefined && !fields.some(wrong) ? problemText(error) : undefined,
  };
}
