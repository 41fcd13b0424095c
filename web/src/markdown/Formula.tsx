import { Late, useLate } from "./late";
import type { MathToken } from "./math";

const renderer = new Late(() => import("./tex").then((module) => module.renderTex));

/** A formula; as its source until TeX is here, while it is being written, and where it is not TeX. */
export function Formula({ token }: { token: MathToken }) {
  const render = useLate(token.closed ? renderer : undefined);
  const formula = token.closed ? render?.(token.tex, token.display) : undefined;
  if (!formula) return <code className="tex-source">{token.raw}</code>;
  return token.display ? (
    // A wide formula scrolls by itself, also by keyboard.
    <span className="tex-display" tabIndex={0}>
      {formula}
    </span>
  ) : (
    <span className="tex">{formula}</span>
  );
}
