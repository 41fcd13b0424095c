import { expect, it } from "vitest";
import { fillOf } from "./limit";

it("says nothing while there is room", () => {
  expect(fillOf("", 1000)).toEqual({ kind: "roomy" });
  expect(fillOf("a".repeat(899), 1000)).toEqual({ kind: "roomy" });
});

it("tells what is left before the limit is hit", () => {
  expect(fillOf("a".repeat(900), 1000)).toEqual({ kind: "tight", left: 100 });
  expect(fillOf("a".repeat(1000), 1000)).toEqual({ kind: "tight", left: 0 });
  expect(fillOf("a".repeat(1001), 1000)).toEqual({ kind: "over", by: 1 });
});

it("counts the bytes that the server counts, and tells them as characters of the text's own kind", () => {
  expect(fillOf("語".repeat(320), 1000)).toEqual({ kind: "tight", left: 13 });
  expect(fillOf("語".repeat(334), 1000)).toEqual({ kind: "over", by: 1 });
  // Four bytes, two units.
  expect(fillOf("🙂".repeat(250), 1000)).toEqual({ kind: "tight", left: 0 });
  expect(fillOf("🙂".repeat(251), 1000)).toEqual({ kind: "over", by: 2 });
});
