import { expect, test } from "vitest";
import { next, returnPath } from "./next";

test.each(["/", "/c/7?at=3", "/join/abc_-1", "/settings/profile#top"])("%s is a way back", (path) => {
  expect(next(path)).toEqual({ next: path });
});

test.each([
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/ok\\..\\evil",
  "/\n/evil.example",
  "javascript:alert(1)",
  "c/7",
  "",
  7,
  undefined,
])("%j is not: it would lead out of the app", (path) => {
  expect(next(path)).toStrictEqual({ next: undefined });
});

test("the home needs no way back", () => {
  expect(returnPath("/")).toEqual({});
  expect(returnPath("/c/7")).toEqual({ next: "/c/7" });
});
