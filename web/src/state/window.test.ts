import { expect, test } from "vitest";
import type { Message } from "../gen/api";
import { Window } from "./window";

const message = (seq: number, content = `${seq}`, updated_seq = seq) =>
  ({ id: `m${seq}`, seq, updated_seq, content }) as Message;

function holding(...seqs: number[]): Window {
  const window = new Window((one) => one.id);
  window.put(seqs.map((seq) => message(seq)));
  return window;
}

const texts = (window: Window) => window.rows.map((row) => row.message.content);

test("messages stand by their numbers, in whatever order they come, and once", () => {
  const window = holding(5, 3);
  window.put([message(4), message(9), message(3), message(1)]);
  expect(texts(window)).toEqual(["1", "3", "4", "5", "9"]);
  expect([window.oldest, window.newest]).toEqual([1, 9]);
});

test("of two copies the later one stays, whichever comes first", () => {
  const window = holding(1, 2);
  window.put([message(2, "edited", 7)]);
  window.put([message(2, "as it was")]);
  expect(window.update("m2", () => message(2, "older", 6))).toBe(false);
  expect(texts(window)).toEqual(["1", "edited"]);
});

test("what changes nothing leaves the rows as they are", () => {
  const window = holding(1, 2);
  const { rows } = window;
  expect(window.put([message(1), message(2)])).toBe(false);
  expect(window.update("m9", () => message(9))).toBe(false);
  expect(window.rows).toBe(rows);
});

test("a change leaves every other row the same object", () => {
  const window = holding(1, 2, 3);
  const [first, , third] = window.rows;
  window.put([message(2, "edited", 4), message(4)]);
  expect(window.rows[0]).toBe(first);
  expect(window.rows[2]).toBe(third);
});

test("what was let go is forgotten, and may come again", () => {
  const window = holding(1, 2, 3, 4);
  window.keepNewest(2);
  expect([window.get("m1"), window.hasKey("m2"), window.get("m3")?.content]).toEqual([undefined, false, "3"]);
  window.keepOldest(1);
  window.put([message(1), message(2)]);
  expect(texts(window)).toEqual(["1", "2", "3"]);
});
