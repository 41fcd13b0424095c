import { vi } from "vitest";
import type { Me, Message, ServerFrame, UserRef } from "../gen/api";
import { FakeSocket } from "./edge";

type Json = Record<string, unknown>;
type Durable = Extract<ServerFrame, { type: "message" | "message_updated" | "message_deleted" }>;
type Seat = { socket: FakeSocket; user: string };

export const ada = person("ada");
export const ben = person("ben");
export const gem: Me = { ...person("gem"), kind: "agent" };

function person(name: string): Me {
  return {
    id: `id-${name}`,
    kind: "person",
    username: name,
    display_name: name[0]?.toUpperCase() + name.slice(1),
    email: `${name}@example.org`,
    role: "member",
    created_at: "2026-01-01T00:00:00.000Z",
  };
}

class Chat {
  readonly messages: Message[] = [];
  /** The durable frames, as the log keeps them. */
  readonly log: Durable[] = [];
  streams: { message_id: string; run_id: string; content: string; next_index: number }[] = [];
  queue: Json | undefined;
  seats = new Set<FakeSocket>();
  reads = new Map<string, number>();
  gone = false;
  /** The log does not reach back beyond this. */
  pruned = 0;
  kind: "group" | "private" | "ai" = "group";
  notify: "all" | "mentions" | "none" = "all";
  peer: UserRef | undefined;
  /** What whoever looks is in it. */
  role: "owner" | "admin" | "member" = "owner";
  readonly id: string;
  head = 0;

  constructor(id: string) {
    this.id = id;
  }

  listed(user: string): Json {
    const last_read_seq = this.reads.get(user) ?? 0;
    const unread = this.messages.filter(
      ({ seq, kind, user_id, deleted_at }) =>
        seq > last_read_seq && kind === "text" && user_id !== user && !deleted_at,
    );
    const last = this.messages.at(-1);
    return {
      id: this.id,
      kind: this.kind,
      name: this.kind === "group" ? this.id : null,
      owner_id: ada.id,
      is_group: this.kind === "group",
      is_ai_chat: this.kind === "ai",
      created_at: "2026-01-01T00:00:00.000Z",
      head_seq: this.head,
      my_role: this.role,
      last_read_seq,
      notify: this.notify,
      unread_count: Math.min(100, unread.length),
      last_message: last
        ? {
            ...last,
            message_id: last.id,
            content: last.content.slice(0, 200),
            asked_by: last.run?.asked_by ?? null,
          }
        : null,
      last_message_time: last?.created_at ?? null,
      peer: this.peer,
    };
  }
}

/** As much of the server as the page sees, with the moments in which it answers in the test's hand. */
export class Server {
  readonly chats = new Map<string, Chat>();
  readonly requests: string[] = [];
  sockets: Seat[] = [];
  /** Who is logged in by the browser's cookie. */
  user: Me | undefined = ada;
  refreshes = 0;
  reach: "up" | "down" = "up";
  #tokens = new Map<string, string>();
  #tickets = new Map<string, string>();
  #holds = new Map<string, Promise<void>>();
  #answers = new Map<string, (body: Json) => Response>();
  /** Posts are stored but nothing is said of it, as when the connection breaks. */
  isMute = false;

  install(): void {
    FakeSocket.opened = (socket) => this.#opened(socket);
    vi.stubGlobal("fetch", (input: Request | string, init?: RequestInit) => this.#fetch(input, init));
  }

  chat(id: string): Chat {
    const known = this.chats.get(id) ?? new Chat(id);
    this.chats.set(id, known);
    return known;
  }

  /** Requests that begin like this are answered when the returned function is called. */
  hold(start: string): () => void {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#holds.set(start, held);
    return () => {
      this.#holds.delete(start);
      release?.();
    };
  }

  /** Answers a request in the test's own way. */
  answer(start: string, answer: (body: Json) => Response): void {
    this.#answers.set(start, answer);
  }

  /** Answers such requests in the test's own way; → the bodies that came with them. */
  hear(start: string, answer: () => Response = () => new Response(null, { status: 204 })): Json[] {
    const bodies: Json[] = [];
    this.answer(start, (body) => {
      bodies.push(body);
      return answer();
    });
    return bodies;
  }

  /** Every access token stops working; the session goes on. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  get socket(): FakeSocket {
    const seat = this.sockets.at(-1);
    if (!seat) throw new Error("nobody is connected");
    return seat.socket;
  }

  /** A message comes into being. */
  post(chatId: string, author: Me, content: string, more: Partial<Message> = {}): Message {
    const chat = this.chat(chatId);
    const seq = ++chat.head;
    const message: Message = {
      id: `m-${chatId}-${seq}`,
      chat_id: chatId,
      seq,
      updated_seq: seq,
      kind: "text",
      user_id: author.id,
      username: author.username,
      display_name: author.display_name,
      content,
      is_bot: author.id === gem.id,
      status: "complete",
      created_at: new Date().toISOString(),
      ...more,
    };
    chat.messages.push(message);
    this.#publish(chat, { type: "message", ...bodyOf(message), message_id: message.id, seq });
    return message;
  }

  change(chatId: string, id: string, change: Partial<Message>): void {
    const chat = this.chat(chatId);
    const message = chat.messages.find((one) => one.id === id);
    if (!message) throw new Error(`no ${id}`);
    const seq = ++chat.head;
    Object.assign(message, change, { updated_seq: seq });
    const type = change.deleted_at ? "message_deleted" : "message_updated";
    this.#publish(chat, { type, ...bodyOf(message), message_id: id, seq, message_seq: message.seq });
  }

  /** The last frame of a reply. */
  settle(chatId: string, id: string, content: string): void {
    const chat = this.chat(chatId);
    const message = chat.messages.find((one) => one.id === id);
    if (!message) throw new Error(`no ${id}`);
    const seq = ++chat.head;
    Object.assign(message, { content, status: "complete", updated_seq: seq });
    chat.log.push({
      type: "message_updated",
      ...bodyOf(message),
      message_id: id,
      seq,
      message_seq: message.seq,
    });
    this.tell(chat, {
      type: "bot_stream",
      seq,
      chat_id: chatId,
      message_id: id,
      chunk: "",
      is_complete: true,
      full_response: content,
      status: "complete",
    });
  }

  /** To everybody who has joined. */
  tell(chat: Chat | string, frame: object): void {
    const { seats } = typeof chat === "string" ? this.chat(chat) : chat;
    for (const socket of seats) socket.say(frame);
  }

  /** The network breaks; what was on its way is lost. */
  cut(code = 1006): void {
    const seats = this.sockets;
    this.sockets = [];
    for (const { socket } of seats) {
      for (const chat of this.chats.values()) chat.seats.delete(socket);
      socket.end(code);
    }
  }

  #publish(chat: Chat, frame: Durable): void {
    chat.log.push(frame);
    this.tell(chat, frame);
  }

  #opened(socket: FakeSocket): void {
    const ticket = new URL(socket.url).searchParams.get("ticket") ?? "";
    const name = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    // A real connection takes a moment, too.
    setTimeout(() => {
      const user = name === ben.id ? ben : ada;
      if (!name || this.reach === "down") {
        socket.end();
        return;
      }
      this.sockets.push({ socket, user: user.id });
      socket.onCommand = (command) => this.#command(socket, user, command);
      socket.say({ type: "hello", connection_id: "c", user, protocol: "coop.v1", heartbeat_s: 30 });
    });
  }

  #command(socket: FakeSocket, user: Me, command: Json): void {
    const { ref, type } = command;
    const chat = this.chats.get(String(command["chat_id"]));
    if (type === "ping") {
      socket.say({ type: "pong", ref });
    } else if (!chat || chat.gone) {
      socket.say({ type: "error", ref, code: "not_found", detail: "there is no such chat" });
    } else if (type === "join") {
      this.#join(socket, chat, ref, command["after"] as number | undefined);
    } else if (type === "leave") {
      chat.seats.delete(socket);
      socket.say({ type: "ack", ref });
    } else if (type === "read") {
      const last_read_seq = Math.max(chat.reads.get(user.id) ?? 0, command["last_read_seq"] as number);
      chat.reads.set(user.id, last_read_seq);
      socket.say({ type: "ack", ref });
      this.tell(chat, { type: "read", chat_id: chat.id, user_id: user.id, last_read_seq });
    } else if (type === "message") {
      this.#posted(socket, chat, user, command);
    }
  }

  #join(socket: FakeSocket, chat: Chat, ref: unknown, after: number | undefined): void {
    const reset = after !== undefined && after < chat.pruned;
    chat.seats.add(socket);
    const read_positions = [...chat.reads].map(([user_id, last_read_seq]) => ({
      user_id,
      username: "",
      last_read_seq,
    }));
    const participants = [ada, ben, gem].map(({ id, kind, username, display_name, created_at }) => {
      const role = id === ada.id ? "owner" : "member";
      return {
        user_id: id,
        kind,
        username,
        display_name,
        is_bot: kind === "agent",
        role,
        joined_at: created_at,
      };
    });
    const { id: chat_id, head: head_seq, streams } = chat;
    const online = [ada.id];
    socket.say({
      type: "joined",
      ref,
      chat_id,
      head_seq,
      participants,
      online,
      read_positions,
      streams,
      reset,
    });
    if (!reset && after !== undefined) {
      for (const frame of chat.log) {
        const now = chat.messages.find((message) => message.id === frame.message_id);
        if (frame.seq > after && now) socket.say({ ...frame, ...bodyOf(now) });
      }
    }
    if (chat.queue) socket.say({ type: "bot_queue", chat_id, ...chat.queue });
  }

  #posted(socket: FakeSocket, chat: Chat, user: Me, command: Json): void {
    const { ref, client_id, content, reply_to } = command as {
      ref: string;
      client_id: string;
      content: string;
      reply_to?: string;
    };
    if (content.includes("refuse me")) {
      socket.say({
        type: "error",
        ref,
        code: "validation_failed",
        detail: "content: must not be empty",
      });
      return;
    }
    const known = chat.messages.find(
      (message) => message.client_id === client_id && message.user_id === user.id,
    );
    const message =
      known ?? this.post(chat.id, user, content, { client_id, ...(reply_to ? { reply_to } : {}) });
    const duplicate = known ? { duplicate: true } : {};
    if (!this.isMute)
      socket.say({ type: "ack", ref, message_id: message.id, seq: message.seq, ...duplicate });
  }

  async #fetch(input: Request | string, init?: RequestInit): Promise<Response> {
    const request =
      typeof input === "string"
        ? new Request(new URL(input, location.origin), { method: init?.method ?? "GET" })
        : input;
    const { pathname, search, searchParams } = new URL(request.url);
    const line = `${request.method} ${pathname}${search}`;
    this.requests.push(line);
    for (const [start, held] of this.#holds) if (line.startsWith(start)) await held;
    if (this.reach === "down") throw new TypeError("Failed to fetch");
    const text = await request.text();
    const body: Json = text ? JSON.parse(text) : {};
    for (const [start, answer] of this.#answers) if (line.startsWith(start)) return answer(body);
    return this.#route(line, pathname, searchParams, body, request.headers.get("Authorization"));
  }

  #route(line: string, path: string, query: URLSearchParams, body: Json, bearer: string | null): Response {
    if (line === "POST /api/auth/refresh") {
      this.refreshes++;
      return this.user ? this.#grant(this.user.id) : unauthenticated();
    }
    if (line === "POST /api/auth/login") {
      this.user = body["username"] === "ben" ? ben : ada;
      return this.#grant(this.user.id);
    }
    if (line === "GET /api/limits") return json({ message_bytes: 32_768 });
    const name = this.#tokens.get(bearer?.slice("Bearer ".length) ?? "");
    if (!name || !this.user) return unauthenticated();
    const user = name === ben.id ? ben : ada;
    if (line === "GET /api/auth/me") return json(user);
    if (line === "POST /api/auth/ws-ticket") {
      const ticket = `ticket-${this.requests.length}`;
      this.#tickets.set(ticket, name);
      return json({ ticket, expires_in: 30 });
    }
    if (line === "POST /api/auth/logout") {
      this.user = undefined;
      this.#tokens.clear();
      return new Response(null, { status: 204 });
    }
    if (line.startsWith("GET /api/chats?")) {
      const [limit, offset] = [Number(query.get("limit")), Number(query.get("offset"))];
      const chats = [...this.chats.values()].filter((chat) => !chat.gone).reverse();
      return json(chats.slice(offset, offset + limit).map((chat) => chat.listed(name)));
    }
    const [, , , chatId = "", what, id] = path.split("/");
    const chat = this.chats.get(chatId);
    const message = chat?.messages.find((one) => one.id === id);
    if (message) return json(message);
    if (chat && !chat.gone && what === "messages") return page(chat, query);
    return json({ code: "not_found", detail: "there is no such chat", status: 404 }, 404);
  }

  #grant(user: string): Response {
    const access_token = `token-${this.#tokens.size}-${this.requests.length}`;
    this.#tokens.set(access_token, user);
    return json({ access_token, token_type: "bearer", expires_in: 900 });
  }
}

function page(chat: Chat, query: URLSearchParams): Response {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const [before, after, around, limit = 50] = [
    number("before"),
    number("after"),
    number("around"),
    number("limit"),
  ];
  const all = chat.messages;
  let from = Math.max(0, all.length - limit);
  if (before !== undefined) from = Math.max(0, all.filter(({ seq }) => seq < before).length - limit);
  if (after !== undefined) from = all.filter(({ seq }) => seq <= after).length;
  if (around !== undefined) from = Math.max(0, all.filter(({ seq }) => seq < around).length - limit / 2);
  const end =
    before === undefined
      ? from + limit
      : Math.min(from + limit, all.filter(({ seq }) => seq < before).length);
  const links = [...(end < all.length ? ['<x>; rel="next"'] : []), ...(from > 0 ? ['<x>; rel="prev"'] : [])];
  return json(all.slice(from, end), 200, { Link: links.join(", ") });
}

function bodyOf({ id: _, seq: __, ...body }: Message): Omit<Message, "id" | "seq"> {
  return structuredClone(body);
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

function unauthenticated(): Response {
  return json({ code: "unauthenticated", detail: "the session has ended: log in again", status: 401 }, 401);
}
