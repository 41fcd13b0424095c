import { startBadge } from "./badge";
import { startSession } from "./session";
import { startSettings } from "./settings";
import { startWatch } from "./watch";
// What hears frames.
import "./asked";
import "./people";
import "./stream";
import "./chatNews";
import "./rooms";
import "./quoted";
import "./read";
import "./notify";

/** Starts everything below React, once; resolves when the page can be drawn in the reader's language. */
export function start(): Promise<void> {
  startBadge();
  startWatch();
  startSession();
  return startSettings();
}
