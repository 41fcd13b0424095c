import {
  Bell,
  Bot,
  ChartColumn,
  ChartNoAxesCombined,
  KeyRound,
  MonitorSmartphone,
  Palette,
  UserRound,
} from "lucide-react";
import type { ServerRole } from "../../gen/api";
import type { Key } from "../../i18n";

/** In the order in which they are listed. */
const all = [
  { id: "profile", name: "settings.profile", about: "settings.profile_about", icon: UserRound },
  { id: "password", name: "settings.password", about: "settings.password_about", icon: KeyRound },
  { id: "sessions", name: "settings.sessions", about: "settings.sessions_about", icon: MonitorSmartphone },
  { id: "appearance", name: "settings.appearance", about: "settings.appearance_about", icon: Palette },
  { id: "notifications", name: "settings.notifications", about: "settings.notifications_about", icon: Bell },
  { id: "agents", name: "settings.agents", about: "settings.agents_about", icon: Bot },
  { id: "usage", name: "settings.usage", about: "settings.usage_about", icon: ChartColumn },
  {
    id: "server-usage",
    name: "settings.server_usage",
    about: "settings.server_usage_about",
    icon: ChartNoAxesCombined,
    role: "admin",
  },
] as const satisfies readonly { id: string; name: Key; about: Key; icon: unknown; role?: ServerRole }[];

export type SettingsPage = (typeof all)[number]["id"];

/** The pages that are somebody's: some are for administrators of the server. */
export function pagesFor(role: ServerRole) {
  return all.filter((page) => !("role" in page) || page.role === role);
}
