// What is said in the bench's room: the same at every run.

const SAID = [
  "Looks good to me.",
  "Can we move the release to Thursday?",
  "I pushed a fix for the upload bug, please have a look when you can.",
  "+1",
  "The staging box ran out of disk again; I cleared the old images and it is fine now.",
  "Does anyone remember why we pin the driver to the older minor version?",
];
const EXPLAINED = `Here is what I found. The slow path only triggers when the cache key holds a *trailing slash*, so \`normalise()\` has to run first.

- the first lookup misses
- the second one writes the wrong entry
- the third one reads it back

\`\`\`rust
fn normalise(key: &str) -> &str {
    // strip every trailing slash
    key.trim_end_matches('/')
}
\`\`\`

With that in place the p99 falls from **840 ms** to **35 ms**.`;
const WORDS =
  "the stream keeps a bounded buffer per room so a slow reader never blocks a fast one and every chunk carries its own number which lets the client drop what it has after a reconnect without asking the server again".split(
    " ",
  );

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** The message of this number: mostly short, every sixth long, with a list and code. */
export function sample(number) {
  const next = random(number * 7919 + 17);
  next();
  if (next() < 0.17) return EXPLAINED;
  const sentences = 1 + Math.floor(next() * 3);
  return Array.from({ length: sentences }, () => SAID[Math.floor(next() * SAID.length)]).join(" ");
}

/** About 20 kB as models write them: headings, paragraphs, lists, tables, code. */
export function answer() {
  const next = random(42);
  const words = (count) =>
    Array.from({ length: count }, () => WORDS[Math.floor(next() * WORDS.length)]).join(" ");
  const times = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join("\n");
  const part = (number) =>
    [
      `## Part ${number + 1}`,
      ...[0, 1, 2, 3].map(
        (index) =>
          `${words(60)}, with **bold words**, \`inline_code()\` and a [link](https://example.org/${number}-${index}).`,
      ),
      times(8, (index) => `${index + 1}. ${words(12)}`),
      `| name | type | meaning |\n| --- | --- | --- |\n${times(8, (row) => `| field_${row} | \`u64\` | ${words(6)} |`)}`,
      `\`\`\`rust\n${times(20, (line) => `    // step ${line}: ${words(5)}\n    let value_${line} = state.get("key_${line}").map_or(0, |v| v.len() * ${line});`)}\n\`\`\``,
      ...[0, 1, 2].map(() => `${words(70)}.`),
    ].join("\n\n");
  return ["# How the room's stream works", part(0), part(1), part(2), "That is all."].join("\n\n");
}
