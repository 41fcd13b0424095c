/** Starts everything below React; main.tsx calls it once, before the first render. */
export function start(): void {}
