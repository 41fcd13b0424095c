// What a browser fetches, packed by gzip, from Vite's manifest with its imports followed; fails past the budgets.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

const KB = 1000;
// With the first dialog or menu comes the library that all of them share; a page has to do with less.
const BUDGET = { room: 240 * KB, page: 45 * KB, part: 75 * KB };
const dist = "dist";
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

const packed = (file) =>
  gzipSync(readFileSync(join(dist, file)), { level: constants.Z_BEST_COMPRESSION }).length;
const sum = (files) => [...files].reduce((total, file) => total + packed(file), 0);

/** The files that come with a part of the app: itself, what it imports, and the styles of both. */
function filesOf(part, files = new Set()) {
  const { file, css = [], imports = [] } = manifest[part];
  if (files.has(file)) return files;
  for (const each of [file, ...css]) files.add(each);
  for (const each of imports) filesOf(each, files);
  return files;
}

const start = new Set(["index.html", "theme.js", ...filesOf("index.html")]);
const room = new Set([...start, ...filesOf("src/pages/Room.tsx")]);
// Each reader fetches one language; the longest one counts.
const languages = Object.keys(manifest).filter((part) => part.startsWith("locales/"));
const language = Math.max(...languages.map((part) => sum(filesOf(part))));

const isPage = (part) => part.startsWith("src/pages/");

/** What one waits for when a part is first wanted: a page comes after the start, all else when a room is there. */
function further(part) {
  const before = isPage(part) ? start : room;
  return sum([...filesOf(part)].filter((file) => !before.has(file)));
}

let failed = false;

function tell(name, bytes, budget) {
  const over = bytes > budget;
  failed ||= over;
  console.log(`${over ? "✗" : " "} ${name.padEnd(48)} ${(bytes / KB).toFixed(1).padStart(7)} kB`);
}

console.log(`First visit of a room, at most ${BUDGET.room / KB} kB:`);
tell("page, start and styles", sum(start), BUDGET.room);
tell("texts of the longest language", language, BUDGET.room);
tell("all of it", sum(room) + language, BUDGET.room);
const later = Object.keys(manifest).filter(
  (part) => manifest[part].isDynamicEntry && !room.has(manifest[part].file) && !languages.includes(part),
);
for (const [heading, parts, budget] of [
  ["Other pages", later.filter(isPage), BUDGET.page],
  ["What a room fetches when it is wanted", later.filter((part) => !isPage(part)), BUDGET.part],
]) {
  console.log(`\n${heading}, each at most ${budget / KB} kB:`);
  const sizes = parts.map((part) => [part.replace("node_modules/", ""), further(part)]);
  for (const [name, bytes] of sizes.sort(([, one], [, other]) => other - one)) tell(name, bytes, budget);
}
if (failed) {
  console.error("\nscripts/size.mjs: more than the budget allows (✗)");
  process.exit(1);
}
