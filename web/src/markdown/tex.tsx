import { createElement, Fragment, type ReactNode } from "react";
import buildMathML from "temml/src/buildMathML.js";
import parseTree from "temml/src/parseTree.js";
import Settings from "temml/src/Settings.js";
import Style from "temml/src/Style.js";

/** A node of Temml's tree, whatever its class. */
interface Node {
  type?: string;
  text?: string;
  children?: Node[];
  classes?: string[];
  attributes?: Record<string, string | number | boolean>;
  style?: Record<string, string>;
}

const elements = new Set(
  `math mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mmultiscripts mprescripts none mfrac
   msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose`.split(/\s+/),
);
const attributes = new Set(
  `display displaystyle scriptlevel mathvariant stretchy fence separator form symmetric largeop movablelimits accent
   accentunder lspace rspace minsize maxsize linethickness width height depth voffset notation columnalign
   rowspacing columnspan mathsize`.split(/\s+/),
);
const classes = new Set(
  "tml-display tml-left tml-right tml-jot tml-small tml-overline tml-underline tml-cancel upstrike downstrike sout".split(
    " ",
  ),
);

const MOST_NODES = 4000;
const DEEPEST = 100;

/** A formula may not grow out of its place and over what somebody else wrote. */
const LARGEST_EM = 20;
const FARTHEST_UP_EM = 1;

/** With macros of one's own a short text becomes a long one. Nobody needs them in one formula. */
const definition = /\\(?:[egx]?def|let|futurelet|(?:re|provide)?newcommand|DeclareMathOperator)(?![a-zA-Z])/;

/** A formula as MathML, or nothing where the text is no TeX that can be shown. */
export function renderTex(tex: string, display: boolean): ReactNode | undefined {
  if (definition.test(tex)) return undefined;
  try {
    const settings = new Settings({ displayMode: display, strict: false, trust: false, throwOnError: true });
    const style = new Style({ level: display ? 0 : 1, maxSize: settings.maxSize });
    const tree = buildMathML(parseTree(tex, settings), tex, style, settings) as Node;
    return tree.type === "math" ? element(tree, { nodes: 0 }, 0) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Only what is known passes, so that no version of Temml and no macro can put a link, a picture, a style or an id into
 * the page. What is not known is left out and its content kept.
 */
function element(node: Node, count: { nodes: number }, depth: number): ReactNode {
  count.nodes += 1;
  if (count.nodes > MOST_NODES || depth > DEEPEST) throw new RangeError("too large a formula");
  if (typeof node.text === "string") return node.text;
  const children = (node.children ?? []).map((child) => element(child, count, depth + 1));
  if (!node.type || !elements.has(node.type)) return createElement(Fragment, null, ...children);
  return createElement(node.type, properties(node), ...children);
}

function properties(node: Node): Record<string, string> {
  const allowed = Object.entries(node.attributes ?? {})
    .map(([name, value]) => [name, String(value)] as const)
    .filter(([name, value]) => attributes.has(name) && isTame(name, value));
  const names = [
    ...(node.classes ?? []).filter((name) => classes.has(name)),
    ...classesFor(node.style ?? {}),
  ];
  return { ...Object.fromEntries(allowed), ...(names.length > 0 && { className: names.join(" ") }) };
}

function isTame(name: string, value: string): boolean {
  if (/^[a-z]+(?: [a-z]+)*$/.test(value)) return true;
  const length = /^(-?\d*\.?\d+)(em|ex|pt|px|mu|%)?$/.exec(value);
  if (!length) return false;
  const ems = Number(length[1]) * ({ ex: 0.5, pt: 0.1, px: 0.1, mu: 0.06, "%": 0.01 }[length[2] ?? ""] ?? 1);
  if (name === "voffset" || ems < 0) return Math.abs(ems) <= FARTHEST_UP_EM;
  return ems <= LARGEST_EM;
}

/** Temml's few inline styles as classes; colours are the theme's. */
function classesFor(style: Record<string, string>): string[] {
  const none = (value: string | undefined) => /^0[a-z]*$/.test(value ?? "");
  const given: [string, boolean][] = [
    ["tex-none", none(style["padding"])],
    ["tex-left-none", none(style["paddingLeft"])],
    ["tex-left-wide", style["paddingLeft"] === "1em"],
    ["tex-right-none", none(style["paddingRight"])],
    ["tex-top-line", !!style["borderTop"]],
    ["tex-bottom-line", !!style["borderBottom"]],
    ["tex-left-line", !!style["borderLeft"]],
    ["tex-right-line", !!style["borderRight"]],
    ["tex-box", !!style["border"]],
    ["tex-bold", style["fontWeight"] === "bold"],
  ];
  return given.filter(([, applies]) => applies).map(([name]) => name);
}
