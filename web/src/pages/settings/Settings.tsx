// A stand-in until the real one is merged.
export function Settings({ page }: { page: string }) {
  return <p className="p-6">{page}</p>;
}
