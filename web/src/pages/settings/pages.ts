import { Bell, KeyRound, MonitorSmartphone, Palette, UserRound } from "lucide-react";
import type { Key } from "../../i18n";

/** In the order in which they are listed. */
export const pages = [
  { id: "profile", name: "settings.profile", about: "settings.profile_about", icon: UserRound },
  { id: "password", name: "settings.password", about: "settings.password_about", icon: KeyRound },
  { id: "sessions", name: "settings.sessions", about: "settings.sessions_about", icon: MonitorSmartphone },
  { id: "appearance", name: "settings.appearance", about: "settings.appearance_about", icon: Palette },
  { id: "notifications", name: "settings.notifications", about: "settings.notifications_about", icon: Bell },
] as const satisfies readonly { id: string; name: Key; about: Key; icon: unknown }[];

export type SettingsPage = (typeof pages)[number]["id"];
