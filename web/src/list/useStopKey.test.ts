import { expect, test } from "vitest";
import { aMessage, aReply } from "../test/messages";
import type { Entry } from "./entries";
import { replyToStop } from "./useStopKey";

function writing(seq: number, asked_by: string): Entry {
  const message = aReply({ seq, status: "streaming" }, { asked_by });
  return { key: message.id, kind: "message", message, grouped: false };
}

function stops(entries: Entry[], me: string, role: "member" | "owner") {
  return replyToStop(entries, { me, role })?.seq;
}

test("the key stops one's own reply before another's, and the newest first", () => {
  const entries = [writing(1, "ada"), writing(2, "ada"), writing(3, "ben")];
  expect(stops(entries, "ada", "member")).toBe(2);
  expect(stops(entries, "ada", "owner")).toBe(2);
  expect(stops(entries, "cleo", "owner")).toBe(3);
});

test("the key stops nothing that one may not stop or that has ended", () => {
  const ended: Entry = { key: "m4", kind: "message", message: aReply({ seq: 4 }), grouped: false };
  const said: Entry = { key: "m5", kind: "message", message: aMessage({ seq: 5 }), grouped: false };
  expect(stops([writing(1, "ada"), ended, said], "ben", "member")).toBeUndefined();
  expect(stops([ended, said], "ada", "owner")).toBeUndefined();
});
