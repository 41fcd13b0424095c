import type { Me, Profile, Registration, SetUp } from "../gen/api";
import type { ServerLimits } from "../wire/pending";

export type SessionState =
  | { kind: "starting" }
  | { kind: "out" }
  | { kind: "in"; me: Me; limits: ServerLimits };

export function useSession(): SessionState {
  throw new Error("not yet");
}

/** Oneself; only below a place that has seen that somebody is in. */
export function useMe(): Me {
  throw new Error("not yet");
}

/** The limits in force; only below a place that has seen that somebody is in. */
export function useLimits(): ServerLimits {
  throw new Error("not yet");
}

export async function signIn(_username: string, _password: string): Promise<void> {}
/** Makes an account and signs in. */
export async function register(_registration: Registration): Promise<void> {}
/** Makes the first administrator and signs in. */
export async function setUp(_setUp: SetUp): Promise<void> {}
export async function signOut(): Promise<void> {}
export async function signOutEverywhere(): Promise<void> {}
export async function changeMe(_change: Profile): Promise<void> {}
/** For what is not called through `api`. */
export function accessToken(): string | undefined {
  return undefined;
}
