import type { Agent } from "../gen/api";
import { type Key, t } from "../i18n";

/** What the agents say of themselves that every server brings, unless somebody has written something else there. */
const BUILT_IN: Record<string, Key> = {
  "Answers anything, in every new room.": "room.about_gem",
  "Reads critically and says what is wrong, unclear or missing.": "room.about_reviewer",
  "Translates into the language that is named, or that the room speaks.": "room.about_translator",
  "Answers in verse.": "room.about_poet",
};

export function aboutOf({ created_by, description }: Agent): string {
  const key = created_by == null ? BUILT_IN[description] : undefined;
  return key ? t(key) : description;
}
