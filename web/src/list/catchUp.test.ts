import { expect, test } from "vitest";
import { linked, placeOf } from "./catchUp";

const room = "https://coop.example/c/trip";
const links = [{ seq: 12, message_id: "m12" }];

test("what a summary refers to becomes a link, and back from the link a place", () => {
  const text = linked("Ada asked [#12], twice [#12].", links, room);
  expect(text).toBe(`Ada asked [#12](${room}?at=12), twice [#12](${room}?at=12).`);
  expect(placeOf(`${room}?at=12`, room)).toBe(12);
});

test("a number that the server does not vouch for stays text, and so does a link of the model's own", () => {
  expect(linked("See [#13] and [#12](https://evil.example).", links, room)).toBe(
    "See [#13] and [#12](https://evil.example).",
  );
});

test("a link to elsewhere is no place here", () => {
  for (const href of [
    "https://coop.example/c/trips?at=1",
    "https://evil.example/c/trip?at=1",
    `${room}?at=x`,
    `${room}?at=0`,
  ]) {
    expect(placeOf(href, room)).toBeUndefined();
  }
});
