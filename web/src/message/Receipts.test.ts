import { expect, test } from "vitest";
import type { Member } from "../gen/api";
import { whoRead } from "./Receipts";

function member(user_id: string, more: Partial<Member> = {}): Member {
  return {
    user_id,
    kind: "person",
    username: user_id,
    display_name: user_id,
    is_bot: false,
    role: "member",
    joined_at: "2026-11-21T10:00:00.000Z",
    ...more,
  };
}

test("those have read a message who have read as far, but not oneself and not the bot", () => {
  const members = ["ada", "ben", "cleo", "dan"].map((name) => member(name));
  const bot = member("gem", { kind: "agent", is_bot: true });
  const positions = new Map([
    ["ada", 9],
    ["ben", 5],
    ["cleo", 4],
    ["gem", 9],
  ]);
  expect(whoRead([...members, bot], positions, 5, "ada").map(({ user_id }) => user_id)).toEqual(["ben"]);
});
