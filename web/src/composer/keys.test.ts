import { describe, expect, it } from "vitest";
import { intentOf, type Press, type Situation } from "./keys";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  keyCode: 0,
  ...more,
});
const desk: Situation = { enter: "send", touch: false, empty: false, context: false };

describe("Enter", () => {
  it("sends on a computer, and breaks the line with Shift", () => {
    expect(intentOf(press("Enter"), desk)).toBe("send");
    expect(intentOf(press("Enter", { shiftKey: true }), desk)).toBeUndefined();
  });

  it("breaks the line on a touch screen and where one wants it so", () => {
    expect(intentOf(press("Enter"), { ...desk, touch: true })).toBeUndefined();
    expect(intentOf(press("Enter"), { ...desk, enter: "newline" })).toBeUndefined();
  });

  it("always sends with Ctrl or Cmd", () => {
    for (const situation of [desk, { ...desk, touch: true }, { ...desk, enter: "newline" as const }]) {
      expect(intentOf(press("Enter", { ctrlKey: true }), situation)).toBe("send");
      expect(intentOf(press("Enter", { metaKey: true }), situation)).toBe("send");
    }
  });

  it("never sends while an input method composes, nor with the key that ends it in Safari", () => {
    expect(intentOf(press("Enter", { isComposing: true }), desk)).toBeUndefined();
    expect(intentOf(press("Enter", { keyCode: 229 }), desk)).toBeUndefined();
    expect(intentOf(press("Enter", { keyCode: 229, ctrlKey: true }), desk)).toBeUndefined();
  });
});

it("edits my last message by ArrowUp in an empty box only", () => {
  expect(intentOf(press("ArrowUp"), { ...desk, empty: true })).toBe("edit_last");
  expect(intentOf(press("ArrowUp"), desk)).toBeUndefined();
  expect(intentOf(press("ArrowUp", { altKey: true }), { ...desk, empty: true })).toBeUndefined();
  expect(intentOf(press("ArrowUp"), { ...desk, empty: true, context: true })).toBeUndefined();
});

it("leaves a reply or an edit by Escape, and nothing else", () => {
  expect(intentOf(press("Escape"), { ...desk, context: true })).toBe("leave_context");
  expect(intentOf(press("Escape"), desk)).toBeUndefined();
  expect(intentOf(press("Escape", { isComposing: true }), { ...desk, context: true })).toBeUndefined();
});
