import { describe, expect, it } from "vitest";
import type { Member } from "../gen/api";
import { replacement, suggestions, triggerAt, written } from "./suggest";

const at = (marked: string) => triggerAt(marked.replace("|", ""), marked.indexOf("|"));

function person(username: string, display_name = username, is_bot = false): Member {
  return {
    user_id: username,
    kind: is_bot ? "agent" : "person",
    username,
    display_name,
    is_bot,
    role: "member",
    joined_at: "2026-01-01T00:00:00.000Z",
  };
}
const members = [
  person("ada", "Ada L."),
  person("ben", "Benoît Été"),
  person("cleo", "Cleo"),
  person("gem", "Gemini", true),
];
const place = { kind: "group", role: "owner", bot: true } as const;

function offers(marked: string, me = "cleo"): string[] {
  const trigger = at(marked);
  return trigger ? suggestions(trigger, place, members, me).map(written) : [];
}

describe("a list opens", () => {
  it.each(["@|", "hi @a|", "(@b|", "two\n@a|", "@a|da"])("for a mention in %j", (text) => {
    expect(at(text)?.kind).toBe("mention");
  });

  it.each(["/|", " /inv|"])("for a command in %j", (text) => expect(at(text)?.kind).toBe("command"));

  it.each(["mail@g|", "@ada |", "a/b|", "say /b|", "/bot hi|", "//|", "|@a"])("not in %j", (text) => {
    expect(at(text)).toBeUndefined();
  });
});

describe("what it offers", () => {
  it("is the bot first, then everybody but oneself", () => {
    expect(offers("@|")).toEqual(["@gem", "@ada", "@ben"]);
  });

  it("finds people by any word of either name, whatever the case and accents", () => {
    expect(offers("@BE|")).toEqual(["@ben"]);
    expect(offers("@be|")).toEqual(["@ben"]);
    expect(offers("@ete|")).toEqual(["@ben"]);
    expect(offers("@e|")).toEqual(["@ben", "@gem"]);
    expect(offers("@zz|")).toEqual([]);
  });

  it("is in the order of the names, whoever joined first", () => {
    const crowd = ["user10", "Zoe", "user9", "anna"].map((name) => person(name));
    const trigger = { kind: "mention", query: "", from: 0 } as const;
    expect(suggestions(trigger, place, crowd, "me").map(written)).toEqual([
      "@anna",
      "@user9",
      "@user10",
      "@Zoe",
    ]);
  });

  it("is nothing where the name is already written, so that Enter sends", () => {
    expect(offers("thanks @ada|")).toEqual([]);
    expect(offers("thanks @Ada|")).toEqual([]);
  });

  it("is the commands that begin so", () => {
    expect(offers("/m|")).toEqual(["/members", "/mute"]);
    expect(offers("/M|")).toEqual(["/members", "/mute"]);
  });
});

describe("completing", () => {
  const done = (marked: string, index = 0) => {
    const text = marked.replace("|", "");
    const caret = marked.indexOf("|");
    const trigger = at(marked);
    const choice = trigger && suggestions(trigger, place, members, "cleo")[index];
    if (!trigger || !choice) throw new Error("nothing to complete");
    const { from, to, insert } = replacement(text, caret, trigger, choice);
    return `${text.slice(0, from)}${insert}|${text.slice(to)}`;
  };

  it("writes the name and a space, and goes on behind it", () => {
    expect(done("hi @a|")).toBe("hi @ada |");
    expect(done("hi @a| there")).toBe("hi @ada |there");
    expect(done("/inv|")).toBe("/invite |");
  });

  it("replaces the whole word when the caret stands within it", () => {
    expect(done("@a|dam, hi")).toBe("@ada |, hi");
  });
});
