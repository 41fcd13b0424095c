import {
  type APIRequestContext,
  type BrowserContext,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";
import type { Chat, ChatId, Message } from "../../src/gen/api";

export const PASSWORD = "correct horse battery";

/** Somebody with a browser of their own, logged in. */
export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #token: string;

  constructor(name: string, context: BrowserContext, page: Page, token: string) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.#token = token;
  }

  /** By REST, for what a test needs but is not about. */
  async call<T>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    data?: unknown,
  ): Promise<T> {
    const request: APIRequestContext = this.context.request;
    const response = await request.fetch(`/api${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#token}` },
      ...(data === undefined ? {} : { data }),
    });
    const body = await response.text();
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${body}`);
    return (body ? JSON.parse(body) : undefined) as T;
  }

  async newChat(name: string, ...others: Person[]): Promise<ChatId> {
    const participant_usernames = others.map((other) => other.name);
    return (await this.call<Chat>("POST", "/chats", { name, participant_usernames })).id;
  }

  post(chat: ChatId, content: string, more: { reply_to?: string } = {}): Promise<Message> {
    return this.call("POST", `/chats/${chat}/messages`, { content, ...more });
  }

  messages(chat: ChatId): Promise<Message[]> {
    return this.call("GET", `/chats/${chat}/messages?limit=200`);
  }

  /** So many, in order and fast. */
  async postMany(chat: ChatId, texts: readonly string[]): Promise<void> {
    const { ticket } = await this.call<{ ticket: string }>("POST", "/auth/ws-ticket");
    const page = await this.context.newPage();
    await page.goto("/robots.txt");
    await page.evaluate(
      ({ ticket, chat, texts }) =>
        new Promise<void>((done, fail) => {
          const socket = new WebSocket(`/ws?ticket=${ticket}`);
          let left = texts.length;
          socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data) as { type: string };
            if (frame.type === "hello") {
              for (const content of texts)
                socket.send(JSON.stringify({ type: "message", chat_id: chat, content }));
            }
            if (frame.type === "error") fail(new Error(String(data)));
            if (frame.type === "ack" && --left === 0) done();
          };
          socket.onclose = () => fail(new Error("the socket was closed"));
        }),
      { ticket, chat, texts },
    );
    await page.close();
  }

  /** Opens a room and waits until it is live. */
  async enter(chat: ChatId): Promise<void> {
    await this.page.goto(`/c/${chat}`);
    await expect(this.box).toBeVisible();
    await expect(this.log).not.toHaveAttribute("aria-busy", "true");
  }

  get box(): Locator {
    return this.page.locator("#main textarea");
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  /** The row with this text. */
  row(text: string | RegExp): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  /** In the list of chats. */
  chat(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Chats" }).getByRole("link").filter({ hasText: name });
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press("Enter");
    await expect(this.box).toHaveValue("");
  }

  /** One of the buttons over a row. */
  async act(row: Locator, action: string): Promise<void> {
    await row.hover();
    await row.getByRole("toolbar").getByRole("button", { name: action, exact: true }).click();
  }

  /** What the menu of a row has. */
  async choose(row: Locator, item: string): Promise<void> {
    await this.act(row, "More");
    await this.page.getByRole("menuitem", { name: item }).click();
  }
}
