import type { Token } from "../gen/api";
import { exclusively } from "./exclusive";
import { Disconnected, Problem, problemOf } from "./problem";
import { onTab, tellTabs } from "./tabs";

/** A token that has less than this left is renewed before it is used. */
const SPARE_MS = 30_000;
const PATIENCE_MS = 15_000;

type Access = { token: string; expiresAt: number };

// In memory and nowhere else: whoever could read storage could be somebody.
let access: Access | undefined;
let renewing: Promise<string> | undefined;
const endings = new Set<() => void>();

export function accessToken(): string | undefined {
  return access?.token;
}

/** The tokens of a log-in. */
export function takeAccess({ access_token, expires_in }: Token): void {
  access = { token: access_token, expiresAt: Date.now() + expires_in * 1000 };
  tellTabs({ type: "token", ...access });
}

export function forgetAccess(): void {
  access = undefined;
}

/** The token for a request, renewed if it is about to run out; undefined when nobody is in. */
export async function freshToken(): Promise<string | undefined> {
  if (!access) return undefined;
  return isUsable() ? access.token : renew(access.token);
}

/**
 * A token that is not `refused`, by the refresh cookie.
 *
 * The server ends a session whose cookie comes twice, as one of the two would be a thief's. So one refresh runs at a
 * time, in this tab and among all tabs, and whoever waited takes the token that the other one brought.
 *
 * @throws Problem `unauthenticated` when the session has ended, Disconnected
 */
export function renew(refused?: string): Promise<string> {
  const other = () => (access && access.token !== refused && isUsable() ? access.token : undefined);
  const known = other();
  if (known) return Promise.resolve(known);
  renewing ??= exclusively("coop.refresh", async () => other() ?? refresh()).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function refresh(): Promise<string> {
  let response: Response;
  try {
    response = await fetch("/api/auth/refresh", {
      method: "POST",
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Disconnected();
  }
  // Without a cookie there is no session, and nobody has been refused.
  if (response.status === 204) {
    end();
    throw new Problem({ code: "unauthenticated", detail: "there is no session" });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem instanceof Problem && problem.code === "unauthenticated") end();
    throw problem;
  }
  const token: Token = await response.json();
  takeAccess(token);
  return token.access_token;
}

function isUsable(): boolean {
  return access !== undefined && access.expiresAt - Date.now() > SPARE_MS;
}

/** Calls when the server says that there is no session (any more). */
export function onEnd(hear: () => void): () => void {
  endings.add(hear);
  return () => endings.delete(hear);
}

function end(): void {
  forgetAccess();
  for (const hear of endings) hear();
}

onTab("token", ({ token, expiresAt }) => {
  access = { token, expiresAt };
});
