import { generate } from "lean-qr/nano";
import { useMemo } from "react";

/** The margin that readers need around a code, in modules. */
const QUIET = 4;

/** Black on white in either theme: many readers know no other. */
export default function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => draw(text), [text]);
  const whole = size + 2 * QUIET;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-QUIET} ${-QUIET} ${whole} ${whole}`}
      shapeRendering="crispEdges"
      className="mx-auto mt-2 block size-56 max-w-full rounded-md border border-line bg-[#fff]"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

/** One stroke for each run of dark modules in a row. */
function draw(text: string): { size: number; path: string } {
  const code = generate(text);
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y) || code.get(x - 1, y)) continue;
      let end = x;
      while (code.get(end, y)) end++;
      path += `M${x} ${y}h${end - x}v1h${x - end}z`;
    }
  }
  return { size: code.size, path };
}
