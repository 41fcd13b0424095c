import type { ChatId, Seq } from "../gen/api";

/** The newest row that is on the screen now. Read is what stayed there for a second in a focused window. */
export function reportVisible(_chat: ChatId, _seq: Seq): void {}
