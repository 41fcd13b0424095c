import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";

/** Bottom-up; a folder imports only from earlier groups, and folders of one group never from each other. */
const FLOORS = [
  ["gen"],
  ["wire"],
  ["i18n"],
  ["state"],
  ["pwa", "queries"],
  ["markdown", "ui"],
  ["agents"],
  ["message", "room"],
  ["composer", "list"],
  ["shell"],
  ["pages"],
];

const SOURCE = "src";
const IMPORT = /from "(\.[^"]+)"|import\("(\.[^"]+)"\)/g;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^test\b/.test(file),
);
const floorOf = (folder: string) => FLOORS.findIndex((group) => group.includes(folder));

test("folders import only from earlier floors", () => {
  const wrong = files
    .filter((file) => file.includes(sep))
    .flatMap((file) => {
      const [folder = ""] = file.split(sep);
      const text = readFileSync(join(SOURCE, file), "utf8");
      const named = [...text.matchAll(IMPORT)].map((found) =>
        normalize(join(dirname(file), found[1] ?? found[2] ?? "")),
      );
      const below = (target = "") =>
        ["..", "styles", folder].includes(target) || floorOf(target) < floorOf(folder);
      return named.filter((path) => !below(path.split(sep)[0])).map((path) => `${file} imports ${path}`);
    });
  expect(files.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

test("every folder has its floor", () => {
  const folders = new Set(files.filter((file) => file.includes(sep)).map((file) => file.split(sep)[0] ?? ""));
  expect([...folders].filter((folder) => floorOf(folder) < 0)).toEqual([]);
});

test("no text of a message can become markup", () => {
  const makers =
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/;
  expect(files.filter((file) => makers.test(readFileSync(join(SOURCE, file), "utf8")))).toEqual([]);
});
