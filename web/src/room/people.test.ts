import { expect, test } from "vitest";
import type { Member } from "../gen/api";
import { peopleOf } from "./people";

function member(username: string, display_name: string, is_bot = false): Member {
  return {
    user_id: username,
    kind: is_bot ? "agent" : "person",
    username,
    display_name,
    is_bot,
    role: "member",
    joined_at: "2026-01-01T00:00:00.000Z",
  };
}

const members = [member("ada", "Ada Lovelace"), member("ben", "Benoît Été"), member("gem", "Gemini", true)];

function found(query: string) {
  const { here, away } = peopleOf(members, new Set(["ben"]), query);
  return [here, away].map((people) => people.map(({ username }) => username));
}

test("people stand by who is here, in their own order; the bot always is", () => {
  expect(found("")).toEqual([["ben", "gem"], ["ada"]]);
});

test("people are found by the beginning of either name's words, whatever the case and accents", () => {
  expect(found("LOVE")).toEqual([[], ["ada"]]);
  expect(found("ete")).toEqual([["ben"], []]);
  expect(found(" @gem")).toEqual([["gem"], []]);
  expect(found("ovelace")).toEqual([[], []]);
});
