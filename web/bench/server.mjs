// A server with a stand-in for the model, and a room of many messages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { sample } from "./texts.mjs";

const PASSWORD = "correct horse battery";
const PEOPLE = ["ana", "ben", "cleo"];
/** Posts that are on their way at once; the server commits them together. */
const AT_ONCE = 64;

/** The model says so much, numbered, and no sooner than the bench is done with its own text. */
const REPLY = "chunks:600:100";

export async function start() {
  const binaries = resolve(process.env["COOP_BINARIES"] ?? join(import.meta.dirname, "../../target/release"));
  const directory = await mkdtemp(join(tmpdir(), "coop-bench-"));
  const standin = spawn(join(binaries, "standin"), ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [provider] = await once(createInterface(standin.stdout), "line");
  const port = await freePort();
  const server = spawn(join(binaries, "gemini-coop"), {
    cwd: directory,
    stdio: "ignore",
    env: {
      PATH: process.env["PATH"],
      PORT: String(port),
      DATA_DIR: join(directory, "data"),
      REGISTRATION: "open",
      GEMINI_BASE_URL: provider,
      GEMINI_API_KEY: REPLY,
      MESSAGES_PER_SECOND: "100000",
      MESSAGES_BURST: "100000",
      QUESTIONS_PER_MINUTE: "100000",
    },
  });
  const url = `http://127.0.0.1:${port}`;
  async function stop() {
    for (const child of [server, standin]) child.kill();
    await Promise.all([server, standin].map((child) => child.exitCode ?? once(child, "exit")));
    await rm(directory, { recursive: true });
  }
  await ready(url, server);
  return { url, stop };
}

/** A room of so many messages, by several people, and what one needs to enter it. */
export async function furnish(url, messages) {
  const call = async (method, path, token, body) => {
    const headers = {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const tokens = [];
  for (const username of PEOPLE) {
    const email = `${username}@example.org`;
    await call("POST", "/api/auth/register", undefined, { username, email, password: PASSWORD });
    const login = await call("POST", "/api/auth/login", undefined, { username, password: PASSWORD });
    tokens.push(login.access_token);
  }
  const [me, ...others] = PEOPLE;
  const chat = await call("POST", "/api/chats", tokens[0], { name: "Bench", participant_usernames: others });
  let next = 0;
  const poster = async () => {
    while (next < messages) {
      const number = next++;
      const token = tokens[Math.floor(number / 3) % tokens.length];
      await call("POST", `/api/chats/${chat.id}/messages`, token, { content: sample(number) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, poster));
  // Else the room would open where its reader stopped reading.
  await call("POST", `/api/chats/${chat.id}/mark-read`, tokens[0], {});
  const ask = () =>
    call("POST", `/api/chats/${chat.id}/messages`, tokens[0], { content: "/bot How does it work?" });
  return { chat: chat.id, username: me, password: PASSWORD, ask };
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

async function ready(url, server) {
  while (server.exitCode === null) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((again) => setTimeout(again, 100));
  }
  throw new Error("the server did not start; COOP_BINARIES names the directory of gemini-coop and standin");
}
