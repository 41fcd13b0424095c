// Puts packed forms beside what the build made, as the server sends them to browsers: it has no time to pack
// each answer, and the build has all the time it wants. The page stays as it is: each answer changes it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = "dist";
// Fonts and pictures are packed already, and below this size there is nothing to gain.
const text = /\.(js|css|svg|json|webmanifest|txt)$/;
const smallest = 1024;

for (const path of readdirSync(dist, { recursive: true })) {
  if (path.startsWith(".") || !text.test(path)) continue;
  const content = readFileSync(join(dist, path));
  if (content.length < smallest) continue;
  writeFileSync(join(dist, `${path}.br`), brotliCompressSync(content));
  writeFileSync(join(dist, `${path}.gz`), gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}
