// Its sources: the bundle that the package offers carries a third more (chemistry, physics, a renderer of whole pages).
declare module "temml/src/Settings.js" {
  export default class Settings {
    constructor(options: { displayMode: boolean; strict: boolean; trust: boolean; throwOnError: boolean });
    displayMode: boolean;
    maxSize: [number, number];
  }
}
declare module "temml/src/Style.js" {
  export default class Style {
    constructor(data: { level: number; maxSize: [number, number] });
  }
}
declare module "temml/src/parseTree.js" {
  import type Settings from "temml/src/Settings.js";

  const parseTree: (tex: string, settings: Settings) => unknown[];
  export default parseTree;
}
declare module "temml/src/buildMathML.js" {
  import type Settings from "temml/src/Settings.js";
  import type Style from "temml/src/Style.js";

  const buildMathML: (tree: unknown[], tex: string, style: Style, settings: Settings) => unknown;
  export default buildMathML;
}
