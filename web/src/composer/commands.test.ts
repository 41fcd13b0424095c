import { describe, expect, it } from "vitest";
import { offered, read } from "./commands";

describe("what a text in the box is", () => {
  it.each([
    ["hello", { kind: "text", content: "hello" }],
    ["\n \n  indented\n\n", { kind: "text", content: "  indented" }],
    [" \n ", { kind: "blank" }],
    ["", { kind: "blank" }],
    ["/etc/hosts is missing", { kind: "text", content: "/etc/hosts is missing" }],
    ["/ alone", { kind: "text", content: "/ alone" }],
    ["// a comment", { kind: "text", content: "// a comment" }],
    ["say /leave", { kind: "text", content: "say /leave" }],
    ["1/2", { kind: "text", content: "1/2" }],
  ])("%j is text", (text, entry) => expect(read(text)).toEqual(entry));

  it.each([
    ["/leave", { kind: "command", name: "leave", argument: "" }],
    ["  /Rename  Summer trip ", { kind: "command", name: "rename", argument: "Summer trip" }],
    ["/invite\nben", { kind: "command", name: "invite", argument: "ben" }],
  ])("%j is carried out and not posted", (text, entry) => expect(read(text)).toEqual(entry));

  it("posts a question as the server reads it, whatever its case", () => {
    expect(read("/bot what?")).toEqual({ kind: "ask", content: "/bot what?", question: "what?" });
    expect(read("/BOT\nwhat?")).toEqual({ kind: "ask", content: "/bot\nwhat?", question: "what?" });
    expect(read("/bot ")).toEqual({ kind: "ask", content: "/bot", question: "" });
  });

  it("does not guess at a word it does not know", () => {
    expect(read("/shrug hm")).toEqual({ kind: "unknown", word: "shrug", content: "/shrug hm" });
    expect(read("/leaves")).toEqual({ kind: "unknown", word: "leaves", content: "/leaves" });
  });

  it("takes two slashes for one, and for no command", () => {
    expect(read("//leave")).toEqual({ kind: "text", content: "/leave" });
    expect(read("//shrug hm")).toEqual({ kind: "text", content: "/shrug hm" });
    // With one slash it would ask the bot.
    expect(read("//bot hi")).toEqual({ kind: "text", content: "//bot hi" });
  });
});

describe("what is offered", () => {
  const names = (...place: Parameters<typeof offered>) => offered(...place).map((command) => command.name);

  it("is everything to the owner of a group", () => {
    expect(names({ kind: "group", role: "owner", bot: true })).toEqual([
      "bot",
      "invite",
      "members",
      "rename",
      "mute",
      "unmute",
      "new",
      "leave",
      "help",
    ]);
  });

  it("leaves out what one may not do here", () => {
    expect(names({ kind: "group", role: "member", bot: false })).not.toContain("rename");
    expect(names({ kind: "group", role: "member", bot: false })).not.toContain("bot");
    expect(names({ kind: "private", role: "owner", bot: true })).not.toContain("invite");
  });
});
