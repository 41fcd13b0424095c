// A stand-in until the real one is merged.
export function Markdown({ text }: { text: string; streaming: boolean }) {
  return <p className="whitespace-pre-wrap">{text}</p>;
}
