import { Program } from "./program";

type Play = { text: string; chunkSize?: number; intervalMs?: number };

/** The bot's provider: answers what the test says, as fast as the test says. */
export class Standin {
  readonly #program: Program;
  readonly url: string;
  #gates = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(program: Program, url: string) {
    this.#program = program;
    this.url = url;
  }

  static async start(): Promise<Standin> {
    const program = new Program("standin", ["--commands"], {}, ".");
    return new Standin(program, await program.line());
  }

  /** Every question from now on gets this answer. */
  async play({ text, chunkSize = 8, intervalMs = 0 }: Play): Promise<void> {
    await this.#obey({
      play: { answer: { text: { text, chunk_size: chunkSize } }, interval_ms: intervalMs },
    });
  }

  /** The next question gets this answer, whole and at once. */
  async answer({ text, chunkSize = 8, intervalMs = 0 }: Play): Promise<void> {
    await this.#obey({
      enqueue: { answer: { text: { text, chunk_size: chunkSize } }, interval_ms: intervalMs },
    });
  }

  /** The next question gets one of the stand-in's faults. */
  async fail(synthetic: string): Promise<void> {
    await this.#obey({ enqueue: { answer: { synthetic } } });
  }

  /** The next question gets this answer, of which each chunk waits to be let through. */
  async hold({ text, chunkSize = 8 }: Omit<Play, "intervalMs">): Promise<Held> {
    const gate = `gate ${++this.#gates}`;
    await this.#obey({ enqueue: { answer: { text: { text, chunk_size: chunkSize } }, gate } });
    return {
      release: (chunks) => this.#obey({ release: { gate, chunks } }),
      open: () => this.#obey({ open: { gate } }),
    };
  }

  stop(): Promise<void> {
    return this.#program.end("SIGKILL");
  }

  /** One at a time: the answers come in the order of the commands. */
  #obey(command: unknown): Promise<void> {
    const turn = this.#turn.then(async () => {
      this.#program.tell(JSON.stringify(command));
      const answer = await this.#program.line();
      if (answer !== "ok") throw new Error(`the stand-in: ${answer}`);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

export type Held = { release: (chunks: number) => Promise<void>; open: () => Promise<void> };
