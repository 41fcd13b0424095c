import { expect, test } from "vitest";
import { filtered, neighbour, searched, unreadNeighbour } from "./chatlist";

const chat = (id: string, more: object = {}) => ({
  id,
  kind: "group" as const,
  title: id,
  unread_count: 0,
  mention: false,
  ...more,
});
const ids = (chats: readonly { id: string }[]) => chats.map((chat) => chat.id).join(" ");

const lake = chat("lake", { title: "Lake weekend", unread_count: 3 });
const ben = chat("ben", {
  kind: "private",
  title: "Benjamín",
  peer: { id: "u", username: "ortega", display_name: "Benjamín" },
});
const gemini = chat("gemini", { kind: "ai", title: "Chat with Gemini" });
const book = chat("book", { title: "Book club", mention: true });
const chats = [lake, ben, gemini, book];

test("a chat is unread by its messages or by a mention alone", () => {
  expect(ids(filtered(chats, "unread"))).toBe("lake book");
});

test("the open chat stays among the unread ones although it was read meanwhile", () => {
  expect(ids(filtered(chats, "unread", "gemini"))).toBe("lake gemini book");
});

test("the AI filter shows chats with Gemini alone", () => {
  expect(ids(filtered(chats, "ai", "lake"))).toBe("gemini");
});

test.each([
  ["LAKE", "lake"],
  ["week la", "lake"],
  ["benjamin", "ben"],
  ["orte", "ben"],
  ["b", "ben book"],
  ["  ", "lake ben gemini book"],
  ["zebra", ""],
])("the search for %j finds %j", (query, found) => {
  expect(ids(searched(chats, query))).toBe(found);
});

test("the keys go down and up the list and stop at its ends", () => {
  expect(neighbour(chats, "lake", 1)?.id).toBe("ben");
  expect(neighbour(chats, "book", -1)?.id).toBe("gemini");
  expect(neighbour(chats, "book", 1)).toBeUndefined();
  expect(neighbour(chats, "lake", -1)).toBeUndefined();
});

test("from no chat the keys enter the list at the end they come from", () => {
  expect(neighbour(chats, undefined, 1)?.id).toBe("lake");
  expect(neighbour(chats, undefined, -1)?.id).toBe("book");
});

test("the keys for unread chats skip those that were read", () => {
  expect(unreadNeighbour(chats, "ben", 1)?.id).toBe("book");
  expect(unreadNeighbour(chats, "ben", -1)?.id).toBe("lake");
  expect(unreadNeighbour(chats, "book", 1)).toBeUndefined();
});
