import { create } from "zustand";
import type { Me, Profile, Registration, SetUp, Terms } from "../gen/api";
import { forgetAccess, onEnd, renew, takeAccess } from "../wire/access";
import { api, must, Problem } from "../wire/api";
import { backoff } from "../wire/backoff";
import { storedKeys, unstore } from "../wire/storage";
import { onTab, tellTabs } from "../wire/tabs";

export { accessToken } from "../wire/access";

export type SessionState = { kind: "starting" } | { kind: "out" } | { kind: "in"; me: Me; limits: Terms };
type In = Extract<SessionState, { kind: "in" }>;

const store = create<SessionState>(() => ({ kind: "starting" }));

export function useSession(): SessionState {
  return store();
}

/** Oneself; only below a place that has seen that somebody is in. */
export function useMe(): Me {
  return useIn().me;
}

/** The limits in force; only below a place that has seen that somebody is in. */
export function useLimits(): Terms {
  return useIn().limits;
}

function useIn(): In {
  const state = store();
  if (state.kind !== "in") throw new Error("nobody is in");
  return state;
}

/** Oneself, outside of React; undefined when nobody is in. */
export function me(): Me | undefined {
  const state = store.getState();
  return state.kind === "in" ? state.me : undefined;
}

type Begin = (me: Me) => () => void;
const begins: Begin[] = [];
let ends: (() => void)[] = [];

/** What lives as long as somebody is in: begins with them, and leaves nothing of theirs behind. */
export function whileIn(begin: Begin): void {
  begins.push(begin);
}

/** Comes back by the refresh cookie, however long the server is away; without a session ends in `out`. */
export async function startSession(): Promise<void> {
  onEnd(leave);
  onTab("out", leave);
  onTab("signed_out", leaveNothing);
  onTab("token", () => {
    // Somebody has logged in in another tab.
    if (store.getState().kind === "out") enter().catch(() => undefined);
  });
  for (let failures = 0; store.getState().kind === "starting"; failures++) {
    try {
      await renew();
      await enter();
    } catch {
      if (store.getState().kind === "starting") await pause(backoff(failures));
    }
  }
}

/** How often somebody has left: whoever comes in must not overtake a log-out of another tab. */
let departures = 0;

async function enter(): Promise<void> {
  const before = departures;
  const [me, limits] = await Promise.all([must(api.GET("/api/auth/me")), must(api.GET("/api/limits"))]);
  if (before !== departures || store.getState().kind === "in") return;
  forgetOthers(me);
  store.setState({ kind: "in", me, limits }, true);
  ends = begins.map((begin) => begin(me));
}

function leave(): void {
  departures++;
  forgetAccess();
  if (store.getState().kind === "out") return;
  // First the page learns that nobody is in; what it showed may go then.
  store.setState({ kind: "out" }, true);
  for (const end of ends) end();
  ends = [];
}

/** Whoever signs out may be at somebody else's computer: drafts and what was not sent go, too. */
function leaveNothing(): void {
  leave();
  for (const key of storedKeys("coop.user.")) unstore(key);
}

/** What another person left in this browser is not for this one. */
function forgetOthers(me: Me): void {
  for (const key of storedKeys("coop.user.")) {
    if (!key.startsWith(`coop.user.${me.id}.`)) unstore(key);
  }
}

/** The first of: so much time, a network that is there again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

export async function signIn(username: string, password: string): Promise<void> {
  const token = await must(api.POST("/api/auth/login", { body: { username, password, cookie: true } }));
  // The browser's one cookie is this person's now: a tab in which somebody else was in must not go on with it.
  tellTabs({ type: "out" });
  takeAccess(token);
  await enter();
}

/** Makes an account and signs in. */
export async function register(registration: Registration): Promise<void> {
  await must(api.POST("/api/auth/register", { body: registration }));
  await signIn(registration.username, registration.password);
}

/** Makes the first administrator and signs in. */
export async function setUp(body: SetUp): Promise<void> {
  await must(api.POST("/api/setup", { body }));
  await signIn(body.username, body.password);
}

/** Throws, and stays, where the server cannot be told: the cookie would bring the session back. */
export async function signOut(): Promise<void> {
  await ended(must(api.POST("/api/auth/logout")));
}

export async function signOutEverywhere(): Promise<void> {
  await ended(must(api.POST("/api/auth/logout-all")));
}

/** Deletes one's own account. */
export async function deleteAccount(password: string): Promise<void> {
  await ended(must(api.DELETE("/api/auth/me", { body: { password } })));
}

/** Leaves in all tabs once the session has ended; that it had ended before is as good. */
async function ended(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof Problem && error.code === "unauthenticated")) throw error;
  }
  tellTabs({ type: "signed_out" });
  leaveNothing();
}

export async function changeMe(change: Profile): Promise<void> {
  setMe(await must(api.PATCH("/api/auth/me", { body: change })));
}

/** Oneself as the server knows one now. Somebody else: the cookie was replaced behind this tab's back. */
export function setMe(me: Me): void {
  const state = store.getState();
  if (state.kind !== "in") return;
  if (state.me.id === me.id) store.setState({ ...state, me }, true);
  else leave();
}

/** The server has closed the door. */
export function sessionEnded(): void {
  tellTabs({ type: "out" });
  leave();
}
