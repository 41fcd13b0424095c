import type { Key } from "../i18n";
import { mayInvite, mayLeave, mayRename, type Standing } from "../room/rights";

export type CommandName =
  | "bot"
  | "invite"
  | "members"
  | "rename"
  | "mute"
  | "unmute"
  | "new"
  | "leave"
  | "help";

export type Command = {
  name: CommandName;
  about: Key;
  /** What stands behind it, where something may. */
  argument?: Key;
};

/** Where a command is given: one's standing, and whether the bot takes part. */
export type Place = Standing & { bot: boolean };

const COMMANDS: readonly (Command & { offered?: (place: Place) => boolean })[] = [
  {
    name: "bot",
    about: "composer.about_bot",
    argument: "composer.argument_question",
    offered: (place) => place.bot,
  },
  {
    name: "invite",
    about: "composer.about_invite",
    argument: "composer.argument_username",
    offered: mayInvite,
  },
  { name: "members", about: "composer.about_members", offered: ({ kind }) => kind === "group" },
  {
    name: "rename",
    about: "composer.about_rename",
    argument: "composer.argument_name",
    offered: mayRename,
  },
  { name: "mute", about: "composer.about_mute" },
  { name: "unmute", about: "composer.about_unmute" },
  { name: "new", about: "composer.about_new", argument: "composer.argument_name" },
  { name: "leave", about: "composer.about_leave", offered: mayLeave },
  { name: "help", about: "composer.about_help" },
];

/** The commands that mean something in this place. */
export function offered(place: Place): readonly Command[] {
  return COMMANDS.filter((command) => command.offered?.(place) ?? true);
}

/** What a text in the box is. */
export type Entry =
  | { kind: "blank" }
  | { kind: "text"; content: string }
  /** A question to the bot. It is posted as it is: the server reads `/bot`. */
  | { kind: "ask"; content: string; question: string }
  /** Carried out here and never posted. */
  | { kind: "command"; name: Exclude<CommandName, "bot">; argument: string }
  /** `content` is what would be posted. */
  | { kind: "unknown"; word: string; content: string };

// A path (`/etc/hosts`) or a comment (`// so`) is no command: only a word by itself is.
const SLASHED = /^(\/\/?)([a-z][a-z0-9_-]*)(?=\s|$)/i;

export function read(text: string): Entry {
  // Spaces at the beginning are a code's indentation; empty lines are not.
  const content = text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
  if (content === "") return { kind: "blank" };
  const [slashed, slashes, written = ""] = SLASHED.exec(content.trimStart()) ?? [];
  if (slashed === undefined) return { kind: "text", content };

  const word = written.toLowerCase();
  const name = COMMANDS.find((command) => command.name === word)?.name;
  const argument = content.trimStart().slice(slashed.length).trim();
  if (slashes === "//") {
    // The server would take `/bot` for a question, so that one keeps both.
    return { kind: "text", content: name === "bot" ? content : content.trimStart().slice(1) };
  }
  if (name === undefined) return { kind: "unknown", word: written, content };
  if (name === "bot") {
    return { kind: "ask", content: `/bot${content.trimStart().slice(slashed.length)}`, question: argument };
  }
  return { kind: "command", name, argument };
}
