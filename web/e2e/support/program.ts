import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const BINARIES = resolve(process.env["COOP_BINARIES"] ?? "../target/debug");

type Child = ChildProcessByStdio<Writable, Readable, null>;
const running = new Set<ChildProcess>();
// A run that is broken off leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One of the project's programs, with nothing of the caller's own environment. */
export class Program {
  readonly #child: Child;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<void>;

  constructor(name: string, args: string[], env: Record<string, string>, cwd: string) {
    this.#child = spawn(resolve(BINARIES, name), args, { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    running.add(this.#child);
    const child = this.#child;
    this.#ended = new Promise((done, fail) => {
      child.once("exit", () => {
        running.delete(child);
        done();
      });
      child.once("error", fail);
    });
    const lines: Interface = createInterface({ input: child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the program has ended");
    return value;
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** SIGTERM asks it to end in order; SIGKILL is a machine that loses its power. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}
