import { afterEach, beforeEach } from "vitest";
import { installEdge, removeEdge } from "./edge";
import { type Hands, takeHands } from "./hands";
import { Server } from "./server";

// Whoever imports this has, for each test anew, a server with a room called `trip`, and somebody's hands.

export let server: Server;
export let hands: Hands;

beforeEach(() => {
  installEdge();
  server = new Server();
  server.install();
  server.chat("trip");
  hands = takeHands();
});

afterEach(removeEdge);
