import type { RootContent } from "hast";
import type { LanguageFn } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import { createLowlight } from "lowlight";
import { Late } from "./late";

/** The languages most asked for come with the first code; each other one is a file of its own, fetched when shown. */
const lowlight = createLowlight({ bash, javascript, json, python, typescript });

type Grammar = Promise<{ default: LanguageFn }>;

const others: Record<string, () => Grammar> = {
  c: () => import("highlight.js/lib/languages/c"),
  clojure: () => import("highlight.js/lib/languages/clojure"),
  cmake: () => import("highlight.js/lib/languages/cmake"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  dart: () => import("highlight.js/lib/languages/dart"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  dos: () => import("highlight.js/lib/languages/dos"),
  elixir: () => import("highlight.js/lib/languages/elixir"),
  elm: () => import("highlight.js/lib/languages/elm"),
  erlang: () => import("highlight.js/lib/languages/erlang"),
  fsharp: () => import("highlight.js/lib/languages/fsharp"),
  go: () => import("highlight.js/lib/languages/go"),
  graphql: () => import("highlight.js/lib/languages/graphql"),
  groovy: () => import("highlight.js/lib/languages/groovy"),
  haskell: () => import("highlight.js/lib/languages/haskell"),
  http: () => import("highlight.js/lib/languages/http"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  julia: () => import("highlight.js/lib/languages/julia"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  latex: () => import("highlight.js/lib/languages/latex"),
  lisp: () => import("highlight.js/lib/languages/lisp"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  matlab: () => import("highlight.js/lib/languages/matlab"),
  nginx: () => import("highlight.js/lib/languages/nginx"),
  nix: () => import("highlight.js/lib/languages/nix"),
  objectivec: () => import("highlight.js/lib/languages/objectivec"),
  ocaml: () => import("highlight.js/lib/languages/ocaml"),
  perl: () => import("highlight.js/lib/languages/perl"),
  php: () => import("highlight.js/lib/languages/php"),
  powershell: () => import("highlight.js/lib/languages/powershell"),
  protobuf: () => import("highlight.js/lib/languages/protobuf"),
  r: () => import("highlight.js/lib/languages/r"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  scala: () => import("highlight.js/lib/languages/scala"),
  scss: () => import("highlight.js/lib/languages/scss"),
  shell: () => import("highlight.js/lib/languages/shell"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  vbnet: () => import("highlight.js/lib/languages/vbnet"),
  vim: () => import("highlight.js/lib/languages/vim"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

/** Other names of those; the ones of a language that is here already are known to it. */
const aliases: Record<string, string> = {
  "c#": "csharp",
  "c++": "cpp",
  "f#": "fsharp",
  bat: "dos",
  clj: "clojure",
  cmd: "dos",
  console: "shell",
  cs: "csharp",
  docker: "dockerfile",
  ex: "elixir",
  golang: "go",
  gql: "graphql",
  h: "c",
  hpp: "cpp",
  hs: "haskell",
  html: "xml",
  jl: "julia",
  kt: "kotlin",
  make: "makefile",
  md: "markdown",
  ml: "ocaml",
  objc: "objectivec",
  patch: "diff",
  pl: "perl",
  postgres: "sql",
  postgresql: "sql",
  proto: "protobuf",
  ps1: "powershell",
  rb: "ruby",
  rs: "rust",
  svelte: "xml",
  svg: "xml",
  tex: "latex",
  toml: "ini",
  vb: "vbnet",
  vue: "xml",
  yml: "yaml",
};

const fetched = new Map<string, Late<string>>();

async function register(name: string, grammar: Grammar): Promise<string> {
  lowlight.register({ [name]: (await grammar).default });
  return name;
}

/** The language that a fence names, if it is here already. */
export function knownLanguage(word: string): string | undefined {
  return lowlight.registered(word) ? word : undefined;
}

export function highlight(language: string, code: string): RootContent[] {
  return lowlight.highlight(language, code).children;
}

/** The language that a fence names, if it is one that has to be fetched; it arrives as the name lowlight knows. */
export function fetchedLanguage(word: string): Late<string> | undefined {
  const name = Object.hasOwn(aliases, word) ? (aliases[word] ?? word) : word;
  const fetch = Object.hasOwn(others, name) ? others[name] : undefined;
  if (!fetch) return undefined;
  const late = fetched.get(name) ?? new Late(() => register(name, fetch()));
  fetched.set(name, late);
  return late;
}
