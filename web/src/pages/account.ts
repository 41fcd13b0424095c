import { fieldText, problemText, t } from "../i18n";

export type Account = {
  username: string;
  display_name: string;
  email: string;
  password: string;
  invite_code: string;
};
export type AccountField = keyof Account;
export type Complaints = Partial<Record<AccountField | "form", string>>;

export const noAccount: Account = {
  username: "",
  display_name: "",
  email: "",
  password: "",
  invite_code: "",
};

const fields: readonly AccountField[] = ["username", "display_name", "email", "password", "invite_code"];

// The server's rules, said again: one hears of a mistake when one leaves the box and not after the round trip.
const USERNAME = /^[a-z0-9](?:[a-z0-9_.-]{1,30})[a-z0-9]$/i;
const EMAIL = /^[^@\s<>",;]+@[^@\s<>",;.][^@\s<>",;]*(?<!\.)$/;
const PASSWORD_BYTES = { least: 8, most: 1024 };

/** What is wrong with one field, if anything. `needed`: an empty one is wrong, too. */
export function complaint(field: AccountField, value: string): string | undefined {
  if (value.trim() === "") return field === "display_name" ? undefined : t("auth.required");
  switch (field) {
    case "username":
      return USERNAME.test(value) ? undefined : t("auth.username_invalid");
    case "email":
      return EMAIL.test(value.trim()) ? undefined : t("auth.email_invalid");
    case "password":
      return passwordComplaint(value);
    case "display_name":
    case "invite_code":
      return undefined;
  }
}

function passwordComplaint(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < PASSWORD_BYTES.least) return t("auth.password_short", { count: PASSWORD_BYTES.least - bytes });
  return bytes > PASSWORD_BYTES.most ? t("auth.password_long") : undefined;
}

export function complaints(account: Account, asked: readonly AccountField[]): Complaints {
  const found: Complaints = {};
  for (const field of asked) {
    const wrong = complaint(field, account[field]);
    if (wrong) found[field] = wrong;
  }
  return found;
}

/** Puts what the server refused beside the box that it is about. */
export function refused(cause: unknown): Complaints {
  const found: Complaints = {};
  for (const field of fields) {
    const wrong = fieldText(cause, field);
    if (wrong) found[field] = wrong;
  }
  if (Object.keys(found).length > 0) return found;
  const text = problemText(cause);
  // This comes as a refusal without a field; the sentence is all that tells it apart.
  if (text === t("errors.invite_code")) return { invite_code: text };
  return { form: text };
}

export type Strength = "short" | "weak" | "fair" | "strong";

/** By length alone: rules about signs and digits make passwords worse, not better. */
export function strength(password: string): Strength {
  const length = [...password].length;
  if (length < 8) return "short";
  if (length < 12) return "weak";
  return length < 16 ? "fair" : "strong";
}
