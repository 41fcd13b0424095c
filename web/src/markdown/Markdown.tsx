import { useRef } from "react";
import "../styles/prose.css";
import { BlockView } from "./Block";
import { type Blocks, blocksOf } from "./blocks";
import type { Mentions } from "./mentions";
import { levelsOf } from "./outline";

interface Props {
  text: string;
  /** More is coming. */
  streaming?: boolean;
  mentions?: Mentions | undefined;
}

/**
 * The text of a message. It goes from tokens straight to elements: no HTML is ever made, so there is none to clean,
 * and what an author writes can only become one of the few elements in `Block` and `inline`.
 */
export function Markdown({ text, streaming = false, mentions }: Props) {
  // Only saves work: the blocks are the same without what was read before.
  const before = useRef<Blocks | undefined>(undefined);
  const blocks = blocksOf(text, streaming, before.current);
  before.current = blocks;
  const levels = levelsOf(blocks.shown);
  const last = blocks.shown.length - 1;
  return (
    <div className={streaming ? "prose writing" : "prose"}>
      {blocks.shown.map((block, i) => (
        <BlockView
          key={i}
          block={block}
          level={levels[i]}
          writing={streaming && i === last}
          mentions={mentions}
        />
      ))}
    </div>
  );
}
