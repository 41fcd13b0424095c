const KEY = "coop.join";

/**
 * Remembers, over log-in or registration, that somebody pressed "join". It is not in the address: a link that
 * joins without being asked could put people into chats that they never chose.
 */
export function intendToJoin(code: string): void {
  try {
    sessionStorage.setItem(KEY, code);
  } catch {
    // Without storage one presses the button a second time.
  }
}

export function intendsToJoin(code: string): boolean {
  try {
    return sessionStorage.getItem(KEY) === code;
  } catch {
    return false;
  }
}

export function forgetJoin(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept there.
  }
}
