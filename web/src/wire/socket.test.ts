import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, installEdge, removeEdge } from "../test/edge";
import { Disconnected, Problem } from "./problem";
import { type Frame, Socket, type SocketState } from "./socket";

let opened: FakeSocket[];
let states: SocketState[];
let frames: Frame[];
let ended: number;
let socket: Socket;
let tickets: () => Promise<string>;

beforeEach(() => {
  installEdge();
  [opened, states, frames, ended] = [[], [], [], 0];
  FakeSocket.opened = (one) => opened.push(one);
  let number = 0;
  tickets = async () => `t${++number}`;
  socket = new Socket(() => tickets(), {
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onEnd: () => ended++,
  });
  // The longest wait that chance allows, unless a test says otherwise.
  vi.spyOn(Math, "random").mockReturnValue(1);
});

afterEach(() => {
  socket.stop();
  vi.restoreAllMocks();
  removeEdge();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const last = () => opened.at(-1) as FakeSocket;

function hello(heartbeat_s = 30): void {
  last().say({ type: "hello", connection_id: "c", user: {}, protocol: "coop.v1", heartbeat_s });
}

async function connect(): Promise<void> {
  socket.start();
  await pass();
  hello();
}

test("each connection is opened by a ticket of its own, and is online at `hello`", async () => {
  socket.start();
  await pass();
  expect(last().url).toBe("ws://localhost:3000/ws?ticket=t1");
  expect(socket.state.kind).toBe("connecting");
  hello();
  expect(socket.state).toEqual({ kind: "online" });
  last().end();
  await pass(1_000);
  expect(last().url).toBe("ws://localhost:3000/ws?ticket=t2");
});

test("nothing is said into a line that is being hung up, and whoever asked then hears that it is gone", async () => {
  await connect();
  last().readyState = WebSocket.CLOSING;
  socket.tell({ type: "typing", chat_id: "c" });
  const answer = socket.send({ type: "stop", chat_id: "c", message_id: "m" });
  expect(last().commands).toEqual([]);
  last().end();
  await expect(answer).rejects.toBeInstanceOf(Disconnected);
});

test("an answer finds the command that asked, in whatever order they come", async () => {
  await connect();
  const [one, two] = [
    socket.send({ type: "ping" }),
    socket.send({ type: "stop", chat_id: "c", message_id: "m" }),
  ];
  const [first, second] = last().commands as [{ ref: string }, { ref: string }];
  last().say({ type: "error", ref: second.ref, code: "forbidden", detail: "not yours", retry_after: 3 });
  last().say({ type: "pong", ref: first.ref });
  await expect(one).resolves.toMatchObject({ type: "pong" });
  await expect(two).rejects.toMatchObject({
    name: "Problem",
    code: "forbidden",
    message: "not yours",
    retryAfter: 3,
  });
});

test("without a connection a command is refused at once, and one on its way when it breaks", async () => {
  await expect(socket.send({ type: "ping" })).rejects.toBeInstanceOf(Disconnected);
  await connect();
  const sent = socket.send({ type: "ping" });
  last().end();
  await expect(sent).rejects.toBeInstanceOf(Disconnected);
});

test("whoever stops has gone, and is not told that an answer is missing", async () => {
  await connect();
  const told = vi.fn();
  void socket.send({ type: "ping" }).then(told, told);
  socket.stop();
  await pass(60_000);
  expect(told).not.toHaveBeenCalled();
});

test("the waits between tries grow, at random from nothing up, to half a minute", async () => {
  const waits: number[] = [];
  for (const chance of [0, 1, 0.5]) {
    vi.mocked(Math.random).mockReturnValue(chance);
    waits.length = 0;
    socket.start();
    for (let n = 0; n < 7; n++) {
      await pass();
      last().end();
      const { state } = socket;
      if (state.kind !== "offline") throw new Error(state.kind);
      waits.push(state.retryAt - Date.now());
      await pass(waits.at(-1));
    }
    socket.stop();
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1_000 * chance));
  }
});

test("a server that takes everybody and drops them at once is not hammered", async () => {
  socket.start();
  for (let n = 0; n < 5; n++) {
    await pass();
    hello();
    last().end();
    const { state } = socket;
    expect(state.kind === "offline" && state.retryAt - Date.now()).toBe(1_000 * 2 ** n);
    await pass(1_000 * 2 ** n);
  }
});

test("what held for a while was a real connection: the waits begin anew", async () => {
  socket.start();
  for (let n = 0; n < 4; n++) {
    await pass();
    last().end();
    await pass(30_000);
  }
  hello();
  await pass(11_000);
  last().end();
  const { state } = socket;
  expect(state.kind === "offline" && state.retryAt - Date.now()).toBe(1_000);
});

test("a server that restarts says when to come back", async () => {
  await connect();
  last().say({ type: "server_closing", reconnect_after_ms: 4_321 });
  last().end(1012);
  await pass(4_320);
  expect(opened).toHaveLength(1);
  await pass(1);
  expect(opened).toHaveLength(2);
});

test("a network that is there again, and somebody who looks again, do not wait", async () => {
  const wakes = [
    () => dispatchEvent(new Event("online")),
    () => document.dispatchEvent(new Event("visibilitychange")),
  ];
  await connect();
  for (const wake of wakes) {
    const before = opened.length;
    last().end();
    await pass();
    expect(opened).toHaveLength(before);
    wake();
    await pass();
    expect(opened).toHaveLength(before + 1);
  }
});

test.each([
  ["somebody who looks again", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["a browser that loses its network", () => dispatchEvent(new Event("offline"))],
])("%s finds out in seconds that the connection is dead", async (_, happen) => {
  await connect();
  last().isOpen = false;
  happen();
  expect(last().commands).toMatchObject([{ type: "ping" }]);
  await pass(10_000);
  expect(socket.state.kind).toBe("offline");
});

test("a connection on which nothing comes is tried, and given up when nothing answers", async () => {
  await connect();
  await pass(39_000);
  expect(last().commands).toEqual([]);
  await pass(1_000);
  const [{ ref }] = last().commands as [{ ref: string }];
  last().say({ type: "pong", ref });
  await pass(40_000);
  expect(socket.state.kind).toBe("online");
  await pass(10_000);
  expect(socket.state.kind).toBe("offline");
});

test("a session that ended is not reconnected", async () => {
  await connect();
  last().end(4401);
  await pass(120_000);
  dispatchEvent(new Event("online"));
  await pass();
  expect([ended, opened.length, socket.state.kind]).toEqual([1, 1, "stopped"]);
});

test("of the frames on their way the largest is the one that was too large; it is not sent again", async () => {
  await connect();
  const small = socket.send({ type: "message", chat_id: "c", content: "hi" });
  const large = socket.send({ type: "message", chat_id: "c", content: "x".repeat(300_000) });
  const both = Promise.allSettled([small, large]);
  last().end(4413);
  const [one, two] = (await both) as [PromiseRejectedResult, PromiseRejectedResult];
  expect(one.reason).toBeInstanceOf(Disconnected);
  expect(two.reason).toBeInstanceOf(Problem);
  expect(two.reason).toMatchObject({ code: "too_large" });
  await pass(1_000);
  expect(opened).toHaveLength(2);
  expect(last().commands).toEqual([]);
});

test("whoever sent far too much comes back later, whatever wakes them", async () => {
  vi.mocked(Math.random).mockReturnValue(0);
  await connect();
  last().end(4429);
  dispatchEvent(new Event("online"));
  await pass(29_999);
  expect(opened).toHaveLength(1);
  await pass(1);
  expect(opened).toHaveLength(2);
});

test("a ticket that does not come is asked for again", async () => {
  const good = tickets;
  tickets = () => Promise.reject(new Disconnected());
  socket.start();
  await pass();
  expect(socket.state.kind).toBe("offline");
  tickets = good;
  await pass(1_000);
  hello();
  expect(socket.state.kind).toBe("online");
});

test("a ticket that comes after the end opens nothing", async () => {
  const { promise, resolve } = deferred();
  tickets = () => promise;
  socket.start();
  socket.stop();
  resolve("late");
  await pass();
  expect(opened).toEqual([]);
});

test("a frame of a type that nobody knows yet is passed on and breaks nothing", async () => {
  await connect();
  last().say({ type: "confetti" });
  expect(frames.map((frame) => frame.type)).toEqual(["hello", "confetti"]);
  expect(socket.state.kind).toBe("online");
});

test("the banner's clock runs from the loss of the connection, through all tries", async () => {
  await connect();
  await pass(60_000 - 50_000);
  const lostAt = Date.now();
  last().end();
  await pass(1_000);
  last().end();
  await pass(500);
  expect(socket.state).toMatchObject({ kind: "offline", since: lostAt });
});

function deferred() {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value: string) => resolve(value) };
}
