// What a visit costs, gzipped, from the build's manifest; fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_ROOM_KB = 240;
const ROUTE_KB = 45;

const DIST = "dist/";
const ENTRY = "index.html";
const ROOM = "src/pages/Room.tsx";
/** Fetched by the page itself, and by every visit. */
const ALWAYS = ["index.html", "theme.js"];

const manifest = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, "utf8"));

/** The files that come with an entry: its own, its styles', and those of what it imports. */
function filesOf(name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const { file, css = [], imports = [] } = manifest[name];
  return [file, ...css, ...imports.flatMap((imported) => filesOf(imported, seen))];
}

const kilobytes = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(DIST + file), { level: 9 }).length, 0) / 1000;

const shared = new Set([...ALWAYS, ...filesOf(ENTRY)]);
const room = new Set([...shared, ...filesOf(ROOM)]);
const budgets = [{ name: "first room, in all", size: kilobytes([...room]), most: FIRST_ROOM_KB }];
for (const name of Object.keys(manifest).filter((key) => key.startsWith("src/pages/") && key !== ROOM)) {
  const own = filesOf(name).filter((file) => !shared.has(file));
  budgets.push({ name: manifest[name].name ?? name, size: kilobytes([...new Set(own)]), most: ROUTE_KB });
}

for (const { name, size, most } of budgets) {
  const verdict = size > most ? "TOO LARGE" : "";
  console.log(`${name.padEnd(24)} ${size.toFixed(1).padStart(7)} kB of ${most} ${verdict}`.trimEnd());
}
if (budgets.some(({ size, most }) => size > most)) process.exit(1);
