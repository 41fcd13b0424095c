import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "./program";

export type Settings = Record<string, string>;

/** Known, so that a test can make a token that has run out. */
export const SECRET = "a secret of the tests, 32 bytes and more";

/** The real server, on a scratch directory and a free port, which it keeps when it is started again. */
export class Server {
  readonly #directory: string;
  readonly #settings: Settings;
  #program: Program | undefined;
  #port = "0";
  url = "";
  /** The link that makes the administrator; as long as there is none. */
  setupLink: string | undefined;

  private constructor(directory: string, settings: Settings) {
    this.#directory = directory;
    this.#settings = settings;
  }

  static async start(provider: string, settings: Settings): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "coop-e2e-"));
    const server = new Server(directory, {
      DATA_DIR: join(directory, "data"),
      JWT_SECRET: SECRET,
      REGISTRATION: "open",
      GEMINI_BASE_URL: provider,
      GEMINI_API_KEY: "demo",
      GEMINI_RETRIES: "0",
      LOG_LEVEL: "error",
      // Tests write faster than people.
      MESSAGES_PER_SECOND: "100000",
      MESSAGES_BURST: "100000",
      QUESTIONS_PER_MINUTE: "100000",
      FRAMES_PER_SECOND: "100000",
      FRAMES_BURST: "100000",
      ...settings,
    });
    await server.start();
    return server;
  }

  /** Again, maybe with other settings. */
  async start(settings: Settings = {}): Promise<void> {
    const env = { ...this.#settings, ...settings, PORT: this.#port };
    const program = new Program("gemini-coop", [], env, this.#directory);
    this.#program = program;
    this.setupLink = undefined;
    for (;;) {
      const line = await program.line();
      const address = /^Gemini Coop serves (http\S+:(\d+))$/.exec(line);
      if (address) [, this.url = "", this.#port = ""] = address;
      this.setupLink ??= /http\S+\/setup\?token=\S+/.exec(line)?.[0];
      if (line.startsWith("The bot")) return;
    }
  }

  /** Asks it to end in order, as an operator does. */
  async stop(): Promise<void> {
    await this.#program?.end("SIGTERM");
  }

  /** Without a last word. */
  async kill(): Promise<void> {
    await this.#program?.end("SIGKILL");
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true });
  }
}
