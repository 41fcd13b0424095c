import { expect, test } from "vitest";
import type { ChatKind, MemberRole, Message, MessageStatus } from "../gen/api";
import { aMessage, aReply } from "../test/messages";
import { type Action, actionsFor } from "./actions";

const as = (me: string, role: MemberRole, kind: ChatKind = "private") => ({ me, role, kind });

function may(message: Message, me: string, role: MemberRole): Action[] {
  return actionsFor(message, as(me, role));
}

test("one edits and deletes one's own message", () => {
  expect(may(aMessage({ user_id: "ada" }), "ada", "member")).toEqual([
    "reply",
    "copy",
    "edit",
    "link",
    "delete",
  ]);
});

test("somebody else's message is deleted by the owner and admins, and edited by nobody", () => {
  const message = aMessage({ user_id: "ada" });
  expect(may(message, "ben", "member")).toEqual(["reply", "copy", "link"]);
  for (const role of ["admin", "owner"] as const) {
    expect(may(message, "ben", role)).toEqual(["reply", "copy", "link", "delete"]);
  }
});

test("a reply is stopped by whoever asked, the owner and admins, while it waits and while it is written", () => {
  for (const status of ["queued", "streaming"] as const) {
    const reply = aReply({ status }, { asked_by: "ada" });
    expect(may(reply, "ada", "member")).toEqual(["stop", "link"]);
    expect(may(reply, "ben", "admin")).toEqual(["stop", "link"]);
    expect(may(reply, "ben", "member")).toEqual(["link"]);
  }
});

test("a reply that fell short goes on, or is written anew, for whoever asked, the owner and admins", () => {
  const short: [MessageStatus, "cut" | null][] = [
    ["stopped", null],
    ["interrupted", null],
    ["failed", null],
    ["complete", "cut"],
  ];
  for (const [status, reason] of short) {
    const reply = aReply({ status }, { asked_by: "ada", reason });
    for (const [who, role] of [["ada", "member"] as const, ["ben", "owner"] as const]) {
      expect(may(reply, who, role)).toEqual(expect.arrayContaining(["continue", "retry"]));
    }
    expect(may(reply, "ben", "member")).not.toContain("retry");
    expect(may(reply, "ben", "member")).not.toContain("continue");
  }
});

test("a whole reply is written anew but has nothing to go on with, and nobody edits one", () => {
  const reply = aReply({ status: "complete" }, { asked_by: "ada" });
  expect(may(reply, "ada", "owner")).toEqual(["reply", "copy", "retry", "link", "saw", "delete"]);
});

test("every member sees what a reply was made from, once it has ended", () => {
  expect(may(aReply(), "ben", "member")).toContain("saw");
  expect(may(aReply({ status: "streaming" }), "ben", "member")).not.toContain("saw");
  expect(may(aMessage(), "ben", "member")).not.toContain("saw");
});

test("a reply that failed before its first word has nothing to go on from", () => {
  const detail = "The model took too long.";
  const reply = aReply({ status: "failed", content: detail }, { asked_by: "ada", reason: "timeout", detail });
  expect(may(reply, "ada", "member")).toContain("retry");
  expect(may(reply, "ada", "member")).not.toContain("continue");
});

test("a new group begins from what is whole, and not from what two people say to each other", () => {
  const branches = (message: Message, kind: ChatKind) =>
    actionsFor(message, as("ada", "member", kind)).includes("branch");
  for (const kind of ["group", "ai"] as const) {
    expect(branches(aMessage(), kind)).toBe(true);
    expect(branches(aReply({ status: "streaming" }), kind)).toBe(false);
  }
  expect(branches(aMessage(), "private")).toBe(false);
});

test("nothing is done with a tombstone or with what the room reports", () => {
  expect(may(aMessage({ user_id: "ada", deleted_at: "2026-11-21T10:00:00.000Z" }), "ada", "owner")).toEqual(
    [],
  );
  expect(may(aMessage({ user_id: "ada", kind: "system" }), "ada", "owner")).toEqual([]);
});
