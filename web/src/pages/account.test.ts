import { expect, test } from "vitest";
import { Problem } from "../wire/problem";
import { complaint, complaints, noAccount, refused, strength } from "./account";

test.each(["ana", "a1b", "ana.lind", "A_n-a.9", "x".repeat(32)])("%s may be a username", (name) => {
  expect(complaint("username", name)).toBeUndefined();
});

test.each(["ab", "x".repeat(33), ".ana", "ana-", "an a", "anä", "a@b"])("%s may not", (name) => {
  expect(complaint("username", name)).toMatch(/3 to 32/);
});

test.each(["ana@example.org", "a@b", " ana@example.org "])("%j may be an address", (address) => {
  expect(complaint("email", address)).toBeUndefined();
});

test.each(["ana", "@example.org", "ana@", "a@b@c", "a b@c", "a@.org", "a@org.", "<a@b>"])(
  "%j may not",
  (address) => {
    expect(complaint("email", address)).toBe("This is not an email address.");
  },
);

test("a password that is too short says how much is missing, counted as the server counts", () => {
  expect(complaint("password", "1234567")).toBe("1 more character.");
  expect(complaint("password", "123")).toBe("5 more characters.");
  expect(complaint("password", "12345678")).toBeUndefined();
  expect(complaint("password", "ééé")).toBe("2 more characters.");
  expect(complaint("password", "x".repeat(1025))).toMatch(/1024 bytes/);
});

test("everything asked for is needed, but a name to be shown", () => {
  expect(Object.keys(complaints(noAccount, ["username", "display_name", "email", "password"]))).toEqual([
    "username",
    "email",
    "password",
  ]);
});

function taken(field: string): Problem {
  const detail = `this ${field} is taken`;
  return new Problem({ code: "conflict", detail, errors: [{ field, message: detail }] });
}

test("what the server refuses stands beside the box that it is about", () => {
  const invalid = new Problem({
    code: "validation_failed",
    detail: "some fields are not valid",
    errors: [
      { field: "email", message: "must be an email address" },
      { field: "display_name", message: "must be one line without brackets and invisible characters" },
    ],
  });
  expect(refused(invalid)).toEqual({
    email: "This is not an email address.",
    display_name: "One line, without brackets and invisible characters.",
  });
  expect(refused(taken("username"))).toEqual({ username: "This username is taken." });
  expect(refused(taken("email"))).toEqual({ email: "This email address is taken." });
  const botsName = [{ field: "display_name", message: "is the bot's name" }];
  expect(refused(new Problem({ code: "validation_failed", detail: "", errors: botsName }))).toEqual({
    display_name: "This is the bot’s name.",
  });
  const code = new Problem({
    code: "forbidden",
    detail: "registration is by invitation, and this is not the code",
  });
  expect(Object.keys(refused(code))).toEqual(["invite_code"]);
});

test("what is about no box is told above the button", () => {
  expect(refused(new Problem({ code: "rate_limited", detail: "too many", retry_after: 9 }))).toEqual({
    form: "Too many attempts. Try again in 9 seconds.",
  });
});

test("strength is length and nothing else", () => {
  expect(["Aa1!xyz", "password", "twelve chars", "sixteen letters!"].map(strength)).toEqual([
    "short",
    "weak",
    "fair",
    "strong",
  ]);
});
