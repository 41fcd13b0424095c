// A stand-in until the real one is merged.
export function Room({ chat }: { chat: string; at?: number }) {
  return <p className="p-6">{chat}</p>;
}
