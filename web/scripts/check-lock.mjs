// Fails when the lock file lacks a platform's optional package: npm leaves those out that the registry it
// asked did not have, and `npm ci` then breaks on every other platform.
import { readFileSync } from "node:fs";

const missing = [];
for (const file of ["package-lock.json", "codegen/package-lock.json", "lighthouse/package-lock.json"]) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  const present = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!present.has(name)) missing.push(`${file}: ${path} wants ${name}`);
    }
    if (entry.resolved && !entry.resolved.startsWith("https://registry.npmjs.org/")) {
      missing.push(`${file}: ${path} comes from ${new URL(entry.resolved).host}`);
    }
  }
}
if (missing.length > 0) {
  console.error(missing.join("\n"));
  process.exit(1);
}
console.log("the lock files are complete");
