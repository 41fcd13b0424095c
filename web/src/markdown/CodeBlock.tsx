import type { RootContent } from "hast";
import { memo, type ReactNode, useEffect, useState } from "react";
import { t, useLocale } from "../i18n";
import { copyText } from "./clipboard";
import { Late, useLate } from "./late";

/** Most rooms are without code, so what colours it comes with the first. */
const colours = new Late(() => import("./languages"));
type Colours = typeof import("./languages");

/** Longer code is shown without colours: they would take longer than a reader waits. */
const LONGEST_COLOURED = 50_000;

/** While code is being written it is coloured in groups of so many lines, and a full group never again. */
const GROUP = 12;

interface Props {
  code: string;
  /** The language as the author calls it. */
  word: string;
  writing: boolean;
}

export const CodeBlock = memo(function CodeBlock({ code, word, writing }: Props) {
  useLocale();
  const [wrap, setWrap] = useState(false);
  const name = word.toLowerCase();
  const known = useLate(name === "" ? undefined : colours);
  const fetched = useLate(known?.fetchedLanguage(name));
  const language = fetched ?? known?.knownLanguage(name);
  const parts = writing ? groups(code) : [code];
  return (
    <div className="code">
      <div className="code-bar">
        <span className="code-language">{word || t("text.code")}</span>
        <button type="button" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          {t("text.wrap")}
        </button>
        <CopyButton text={code} />
      </div>
      {/* What scrolls can be reached by keyboard. */}
      <pre className={wrap ? "wrap" : undefined} tabIndex={wrap ? undefined : 0}>
        <code>
          {code.length > LONGEST_COLOURED
            ? code
            : parts.map((part, i) => <Lines key={i} code={part} language={language} colours={known} />)}
        </code>
      </pre>
    </div>
  );
});

function groups(code: string): string[] {
  return code.match(new RegExp(`(?:[^\\n]*\\n){${GROUP}}|[^]+$`, "g")) ?? [];
}

type LinesProps = { code: string; language: string | undefined; colours: Colours | undefined };

const Lines = memo(function Lines({ code, language, colours }: LinesProps) {
  return colours && language ? paint(colours.highlight(language, code)) : code;
});

function paint(nodes: readonly RootContent[]): ReactNode {
  return nodes.map((node, i) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    const classes = node.properties["className"];
    const scope = Array.isArray(classes) && classes.find((name) => String(name).startsWith("hljs-"));
    return (
      <span key={i} className={scope ? String(scope) : undefined}>
        {paint(node.children)}
      </span>
    );
  });
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button type="button" aria-live="polite" onClick={async () => setCopied(await copyText(text))}>
      {copied ? t("text.copied") : t("text.copy")}
    </button>
  );
}
