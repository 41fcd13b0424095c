import { expect, test } from "vitest";
import type { Message } from "../gen/api";
import { editing, replying, withoutContext, withoutEdit } from "./contexts";

const mine = { id: "m1", content: "as it was" } as Message;
const half = { text: "half a thought", replyTo: "m2" };

test("an edit keeps what was being written, and gives it back when it ends", () => {
  const begun = editing(half, mine);
  expect(begun).toEqual({ text: "as it was", editing: "m1", kept: half });
  expect(withoutEdit({ ...begun, text: "as it is" })).toEqual(half);
  expect(withoutContext(begun)).toEqual(half);
});

test("an edit that follows an edit gives back what was there before both", () => {
  const second = editing(editing(half, mine), { id: "m3", content: "another" } as Message);
  expect(second).toEqual({ text: "another", editing: "m3", kept: half });
});

test("a reply takes the text with it, but not that of an edit", () => {
  expect(replying({ text: "so" }, "m4")).toEqual({ text: "so", replyTo: "m4" });
  expect(replying(editing({ text: "so" }, mine), "m4")).toEqual({ text: "so", replyTo: "m4" });
  expect(replying(editing({ text: "" }, mine), "m4")).toEqual({ text: "", replyTo: "m4" });
});

test("a reply that is given up leaves its text", () => {
  expect(withoutContext(half)).toEqual({ text: "half a thought" });
});
