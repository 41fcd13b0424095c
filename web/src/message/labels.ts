import {
  Copy,
  Eye,
  GitBranch,
  Link,
  Pencil,
  Reply,
  RotateCcw,
  Square,
  StepForward,
  Trash2,
} from "lucide-react";
import type { ComponentType } from "react";
import type { Key } from "../i18n";
import type { Action } from "./actions";

type Label = {
  text: Key;
  icon: ComponentType;
  /** The key that does it while a message has the focus. */
  press?: string;
};

export const labels: Record<Action, Label> = {
  reply: { text: "room.reply", icon: Reply, press: "r" },
  copy: { text: "room.copy", icon: Copy, press: "c" },
  link: { text: "room.copy_link", icon: Link },
  branch: { text: "room.branch", icon: GitBranch },
  saw: { text: "room.saw", icon: Eye },
  edit: { text: "room.edit", icon: Pencil, press: "e" },
  continue: { text: "room.continue", icon: StepForward },
  retry: { text: "room.retry", icon: RotateCcw },
  stop: { text: "room.stop", icon: Square },
  delete: { text: "room.delete", icon: Trash2, press: "Delete" },
};

/** What a key stands for, of what one may do. */
export function pressed(key: string, allowed: readonly Action[]): Action | undefined {
  const wanted = key === "Backspace" ? "Delete" : key;
  return allowed.find((action) => labels[action].press?.toLowerCase() === wanted.toLowerCase());
}
