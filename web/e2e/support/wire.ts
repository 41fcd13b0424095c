import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A cable between browser and server that can be cut, which the browser's own "offline" does not do to a socket. */
export class Wire {
  readonly #listener: Server;
  readonly #ends = new Set<Socket>();
  #whole = true;
  #deaf = false;
  #renamed: { file: string; newer: string } | undefined;

  private constructor(listener: Server) {
    this.#listener = listener;
  }

  static async to(url: string): Promise<Wire> {
    const port = Number(new URL(url).port);
    const wire = new Wire(createServer((near) => wire.#join(near, connect(port, "localhost"))));
    await new Promise<void>((done) => wire.#listener.listen(0, "localhost", done));
    return wire;
  }

  get url(): string {
    return `http://localhost:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Everything that is under way is lost, and nothing new gets through. */
  cut(): void {
    this.#whole = false;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#whole = true;
    this.#deaf = false;
  }

  /** The server hears the browser, and the browser nothing of the server. */
  deafen(): void {
    this.#deaf = true;
  }

  /** Makes the server look as if it had another version of the app, in which this file has another name. */
  rename(file: string): string {
    // As long as the old one: the answer's length stands in its head.
    const newer = file.replace(/[^-]{4}\.(\w+)$/, "new0.$1");
    this.#renamed = { file, newer };
    return newer;
  }

  close(): void {
    this.cut();
    this.#listener.close();
  }

  #join(near: Socket, far: Socket): void {
    if (!this.#whole) {
      near.destroy();
      far.destroy();
      return;
    }
    this.#bind(near, far, (piece) => far.write(this.#asked(piece)));
    this.#bind(far, near, (piece) => this.#deaf || near.write(this.#answered(piece)));
  }

  #asked(piece: Buffer): Buffer {
    if (!this.#renamed) return piece;
    const { file, newer } = this.#renamed;
    return Buffer.from(piece.toString("latin1").replaceAll(newer, file), "latin1");
  }

  #answered(piece: Buffer): Buffer {
    if (!this.#renamed) return piece;
    const { file, newer } = this.#renamed;
    return Buffer.from(piece.toString("latin1").replaceAll(file, newer), "latin1");
  }

  #bind(end: Socket, other: Socket, pass: (piece: Buffer) => void): void {
    this.#ends.add(end);
    end.on("data", pass);
    // Whoever is cut off is told by the close.
    end.on("error", () => undefined);
    end.on("close", () => {
      this.#ends.delete(end);
      other.destroy();
    });
  }
}
