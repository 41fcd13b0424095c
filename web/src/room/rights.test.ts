import { describe, expect, it } from "vitest";
import type { Member, MemberRole } from "../gen/api";
import { mayDelete, mayInvite, mayRemove, mayRename, maySetRole, mayStop } from "./rights";

const roles: MemberRole[] = ["member", "admin", "owner"];

function of(role: MemberRole, is_bot = false): Member {
  return {
    user_id: "u",
    kind: is_bot ? "agent" : "person",
    username: "u",
    display_name: "U",
    is_bot,
    role,
    joined_at: "2026-01-01T00:00:00.000Z",
  };
}

describe("what is offered in a group", () => {
  it.each([
    ["inviting", mayInvite, [true, true, true]],
    ["renaming", mayRename, [false, true, true]],
    ["deleting", mayDelete, [false, false, true]],
  ] as const)("%s goes by the role", (_, may, expected) => {
    expect(roles.map((role) => may({ kind: "group", role }))).toEqual(expected);
  });

  it("lets admins remove members, and only the owner remove admins", () => {
    const removing = (target: Member) => roles.map((role) => mayRemove({ kind: "group", role }, target));
    expect(removing(of("member"))).toEqual([false, true, true]);
    expect(removing(of("member", true))).toEqual([false, true, true]);
    expect(removing(of("admin"))).toEqual([false, false, true]);
  });

  it("lets only the owner give roles, and none to the bot", () => {
    const giving = (target: Member) => roles.map((role) => maySetRole({ kind: "group", role }, target));
    expect(giving(of("member"))).toEqual([false, false, true]);
    expect(giving(of("member", true))).toEqual([false, false, false]);
  });

  it("lets whoever asked stop a reply, and the owner and admins any", () => {
    expect(roles.map((role) => mayStop({ kind: "group", role }, "oneself"))).toEqual([true, true, true]);
    expect(roles.map((role) => mayStop({ kind: "group", role }, "other"))).toEqual([false, true, true]);
  });
});

it("offers nobody else a place in a private or an AI chat", () => {
  for (const kind of ["private", "ai"] as const) {
    expect(mayInvite({ kind, role: "owner" })).toBe(false);
    expect(maySetRole({ kind, role: "owner" }, of("member"))).toBe(false);
  }
  expect(mayRename({ kind: "private", role: "owner" })).toBe(false);
  expect(mayRename({ kind: "ai", role: "owner" })).toBe(true);
});

it("takes nobody out of a private or an AI chat, where nobody could bring them back", () => {
  expect(mayRemove({ kind: "private", role: "owner" }, of("member"))).toBe(false);
  expect(mayRemove({ kind: "ai", role: "owner" }, of("member", true))).toBe(false);
});
