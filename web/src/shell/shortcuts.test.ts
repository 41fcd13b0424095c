import { expect, test } from "vitest";
import { shortcutOf } from "./shortcuts";

const press = (key: string, more: object = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
});

test.each([
  ["Ctrl+K", press("k", { ctrlKey: true }), "palette"],
  ["Cmd+K", press("k", { metaKey: true }), "palette"],
  ["Ctrl+K with caps lock", press("K", { ctrlKey: true }), "palette"],
  ["Ctrl+/", press("/", { ctrlKey: true }), "shortcuts"],
  ["Ctrl+Shift+7, which is Ctrl+/ in German", press("/", { ctrlKey: true, shiftKey: true }), "shortcuts"],
  ["Alt+Down", press("ArrowDown", { altKey: true }), "next"],
  ["Alt+Shift+Up", press("ArrowUp", { altKey: true, shiftKey: true }), "previous-unread"],
])("%s works while one writes, too", (_, event, shortcut) => {
  expect(shortcutOf(event, true)).toBe(shortcut);
  expect(shortcutOf(event, false)).toBe(shortcut);
});

test("a question mark opens the list of keys, except where it is text", () => {
  expect(shortcutOf(press("?", { shiftKey: true }), false)).toBe("shortcuts");
  expect(shortcutOf(press("?", { shiftKey: true }), true)).toBeUndefined();
});

test.each([
  ["k", press("k")],
  ["an arrow", press("ArrowDown")],
  ["AltGr+K, which Windows reports as Ctrl+Alt", press("k", { ctrlKey: true, altKey: true })],
  ["Ctrl+Shift+K, which belongs to the browser", press("K", { ctrlKey: true, shiftKey: true })],
  ["a key of an input method", press("k", { ctrlKey: true, isComposing: true })],
])("%s is nobody's shortcut", (_, event) => {
  expect(shortcutOf(event, false)).toBeUndefined();
});
