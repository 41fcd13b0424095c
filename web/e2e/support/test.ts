import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { PASSWORD, Person } from "./person";
import { Server, type Settings } from "./server";
import { Standin } from "./standin";
import { Wire } from "./wire";

export { expect } from "@playwright/test";
export { PASSWORD, type Person } from "./person";

type World = {
  /** The server's, over those of all tests. */
  settings: Settings;
  standin: Standin;
  server: Server;
  wire: Wire;
  /** What no page may ever do: errors, what the policy refused, and requests that leave the server. */
  complaints: string[];
  /** A browser in which nobody is in. */
  visitor: () => Promise<Page>;
  /** Somebody with an account, logged in through `address` (the server itself, if not given). */
  person: (name: string, address?: string) => Promise<Person>;
  ada: Person;
  ben: Person;
  cleo: Person;
};

export const test = base.extend<World>({
  settings: [{}, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  standin: async ({}, use) => {
    const standin = await Standin.start();
    await use(standin);
    await standin.stop();
  },

  server: async ({ standin, settings }, use) => {
    const server = await Server.start(standin.url, settings);
    await use(server);
    await server.remove();
  },

  wire: async ({ server }, use) => {
    const wire = await Wire.to(server.url);
    await use(wire);
    wire.close();
  },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints).toEqual([]);
  },

  visitor: async ({ browser, server, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: server.url });
      contexts.push(context);
      watch(context, server.url, complaints);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  person: async ({ browser, server, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (name, address = server.url) => {
      const context = await browser.newContext({ baseURL: address });
      contexts.push(context);
      watch(context, address, complaints);
      const account = { username: name, email: `${name}@example.org`, password: PASSWORD };
      const login = { username: name, password: PASSWORD, cookie: true };
      await context.request.post("/api/auth/register", { data: account, failOnStatusCode: true });
      const answer = await context.request.post("/api/auth/login", { data: login, failOnStatusCode: true });
      const { access_token } = (await answer.json()) as { access_token: string };
      return new Person(name, context, await context.newPage(), access_token);
    });
    for (const context of contexts) await context.close();
  },

  ada: async ({ person }, use) => use(await person("ada")),
  ben: async ({ person }, use) => use(await person("ben")),
  cleo: async ({ person }, use) => use(await person("cleo")),
});

/** What the network does, a test does to it on purpose; everything else that a page complains of is a defect. */
const NETWORK = /^(Failed to load resource|WebSocket connection to )/;

function watch(context: BrowserContext, home: string, complaints: string[]): void {
  context.on("weberror", (error) => complaints.push(String(error.error().stack)));
  context.on("console", (message) => {
    if (message.type() === "error" && !NETWORK.test(message.text())) complaints.push(message.text());
  });
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== home) complaints.push(`asked for ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} of ${response.url()}`);
  });
  context.on("dialog", (dialog) => {
    complaints.push(`a dialog says ${dialog.message()}`);
    void dialog.dismiss();
  });
}
