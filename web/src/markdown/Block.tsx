import type { Token, Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import type { Block } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import { Formula } from "./Formula";
import { inline, type Surroundings } from "./inline";
import type { MathToken } from "./math";
import type { Mentions } from "./mentions";

interface Props {
  block: Block;
  /** Of a heading. */
  level: number | undefined;
  /** The last block of a text that is still being written. */
  writing: boolean;
  mentions: Mentions | undefined;
}

interface Here extends Surroundings {
  level?: number | undefined;
  writing: boolean;
}

/** A top-level block. It is drawn again only when what it shows has changed. */
export const BlockView = memo(
  ({ block, ...here }: Props) => element(block.token as Tokens.Generic, here),
  (a, b) =>
    a.block.source === b.block.source &&
    a.block.refs === b.block.refs &&
    a.block.token.type === b.block.token.type &&
    a.level === b.level &&
    a.writing === b.writing &&
    a.mentions === b.mentions,
);

function blocks(tokens: readonly Token[] | undefined, here: Here): ReactNode {
  return tokens?.map((token, i) => <Fragment key={i}>{element(token as Tokens.Generic, here)}</Fragment>);
}

function element(token: Tokens.Generic, here: Here): ReactNode {
  switch (token.type) {
    case "paragraph":
      return <p>{inline(token["tokens"], here)}</p>;
    case "heading": {
      // One in a quote or a list is no part of the outline.
      if (here.level === undefined) {
        return (
          <p>
            <strong>{inline(token["tokens"], here)}</strong>
          </p>
        );
      }
      const Heading = `h${here.level}` as "h3";
      return <Heading>{inline(token["tokens"], here)}</Heading>;
    }
    case "code": {
      const word = token["lang"]?.match(/^[^\s,{]+/)?.[0] ?? "";
      return <CodeBlock code={token["text"].replace(/\n$/, "")} word={word} writing={here.writing} />;
    }
    case "blockquote":
      return <blockquote>{blocks(token["tokens"], here)}</blockquote>;
    case "list":
      return list(token as Tokens.List, here);
    case "table":
      return table(token as Tokens.Table, here);
    case "math":
      return <Formula token={token as MathToken} />;
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    // In a list that is not loose.
    case "text":
    case "checkbox":
      return inline([token as Token], here);
    default:
      return <p className="as-written">{token.raw}</p>;
  }
}

function list(token: Tokens.List, here: Here): ReactNode {
  const items = token.items.map((item, i) => (
    <li key={i} className={item.task ? "task" : undefined}>
      {blocks(item.tokens, here)}
    </li>
  ));
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function table(token: Tokens.Table, here: Here): ReactNode {
  const inCell = { ...here, inCell: true };
  const cells = (row: readonly Tokens.TableCell[], Cell: "th" | "td") =>
    row.map((cell, i) => (
      <Cell key={i} className={cell.align ?? undefined}>
        {inline(cell.tokens, inCell)}
      </Cell>
    ));
  return (
    // A wide table scrolls by itself, also by keyboard.
    <div className="table-box" tabIndex={0}>
      <table>
        <thead>
          <tr>{cells(token.header, "th")}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, i) => (
            <tr key={i}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
