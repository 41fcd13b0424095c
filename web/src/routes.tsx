import { createRootRoute, createRoute, createRouter, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, useEffect, useState } from "react";
import { useLocale, withPageTexts } from "./i18n";
import { Home } from "./pages/Home";
import { Lost, Troubled } from "./shell/Lost";
import { next, returnPath } from "./shell/next";
import { Shell } from "./shell/Shell";
import { Splash } from "./shell/Splash";
import { useSession } from "./state/session";

// React's own `lazy`: the router's calls `use` in one render and not in the next, which React complains about.
const room = () => import("./pages/Room");
const Room = lazy(() => room().then(({ Room }) => ({ default: Room })));
const Settings = lazy(() =>
  withPageTexts(import("./pages/settings/Settings")).then(({ Settings }) => ({ default: Settings })),
);
const RoomUsage = lazy(() =>
  withPageTexts(import("./pages/usage/RoomUsage")).then(({ RoomUsage }) => ({ default: RoomUsage })),
);
const SignIn = lazy(() => import("./pages/SignIn").then(({ SignIn }) => ({ default: SignIn })));
const Register = lazy(() => import("./pages/Register").then(({ Register }) => ({ default: Register })));
const SetUp = lazy(() => import("./pages/SetUp").then(({ SetUp }) => ({ default: SetUp })));
const Join = lazy(() => import("./pages/Join").then(({ Join }) => ({ default: Join })));

const root = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: Troubled });

function Root() {
  // `t` is no hook: another language draws every page anew.
  return <Outlet key={useLocale()} />;
}

/** For those who are in; whoever is out, or is put out while reading, comes back here after logging in. */
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });

function Inside() {
  const session = useSession();
  switch (session.kind) {
    case "starting":
      return <Splash />;
    case "out":
      return <ToLogin />;
    case "in":
      return (
        <Shell>
          <Outlet />
        </Shell>
      );
  }
}

function ToLogin() {
  const navigate = useNavigate();
  // The place where one was put out. Read later, it would be the log-in page itself, and lead to itself.
  const [here] = useState(() => router.state.location.href);
  useEffect(() => {
    void navigate({ to: "/login", search: returnPath(here), replace: true });
  }, [navigate, here]);
  return <Splash />;
}

/** For those who are out; whoever is in, or has just come in, goes where they wanted to. */
const outside = createRoute({
  getParentRoute: () => root,
  id: "outside",
  validateSearch: (search) => next(search["next"]),
  component: Outside,
});

function Outside() {
  const session = useSession();
  const { next: wanted = "/" } = outside.useSearch();
  const inAlready = session.kind === "in";
  useEffect(() => {
    if (inAlready) router.history.replace(wanted);
  }, [inAlready, wanted]);
  return session.kind === "out" ? <Outlet /> : <Splash />;
}

const home = createRoute({ getParentRoute: () => inside, path: "/", component: Home });

const chat = createRoute({
  getParentRoute: () => inside,
  path: "/c/$chat",
  // `at`: the place that a link to a message names.
  validateSearch: (search): { at?: number | undefined } => {
    const at = Number(search["at"]);
    return { at: Number.isSafeInteger(at) && at > 0 ? at : undefined };
  },
  // Fetched while the session starts, not after it.
  loader: () => void room(),
  component: function ChatRoute() {
    const { chat: id } = chat.useParams();
    const { at } = chat.useSearch();
    // Another chat is another page: nothing of one, not even a half-written word, may turn up in the next.
    return <Room key={id} chat={id} {...(at ? { at } : {})} />;
  },
});

const roomUsage = createRoute({
  getParentRoute: () => inside,
  path: "/c/$chat/usage",
  component: function RoomUsageRoute() {
    const { chat: id } = roomUsage.useParams();
    return <RoomUsage key={id} chat={id} />;
  },
});

const settings = createRoute({ getParentRoute: () => inside, path: "/settings", component: Settings });

const settingsPage = createRoute({
  getParentRoute: () => inside,
  path: "/settings/$page",
  component: function SettingsRoute() {
    return <Settings page={settingsPage.useParams().page} />;
  },
});

const login = createRoute({
  getParentRoute: () => outside,
  path: "/login",
  component: function SignInRoute() {
    return <SignIn next={outside.useSearch().next} />;
  },
});

const register = createRoute({
  getParentRoute: () => outside,
  path: "/register",
  component: function RegisterRoute() {
    return <Register next={outside.useSearch().next} />;
  },
});

const setup = createRoute({
  getParentRoute: () => outside,
  path: "/setup",
  validateSearch: (search): { token?: string | undefined } => ({
    // The router reads a search like JSON: a token that looks like a number comes as one.
    token: search["token"] === undefined ? undefined : String(search["token"]),
  }),
  component: function SetUpRoute() {
    return <SetUp token={setup.useSearch().token} />;
  },
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join/$code",
  component: function JoinRoute() {
    const { code } = join.useParams();
    return <Join key={code} code={code} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    inside.addChildren([home, chat, roomUsage, settings, settingsPage]),
    outside.addChildren([login, register, setup]),
    join,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: Splash,
  defaultErrorComponent: Troubled,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
