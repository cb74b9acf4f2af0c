/**
 * Writes `docs/reference` from the code. With `--check` it writes nothing, and fails where a page is
 * not what the code says.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliPage } from "./reference/cli.ts";
import { configurationPage } from "./reference/configuration.ts";
import { errorCodesPage } from "./reference/error-codes.ts";
import { eventsPage } from "./reference/events.ts";
import { openApiDocument } from "./reference/openapi.ts";

const root = join(import.meta.dirname, "..");
const FOLDER = "docs/reference";

const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  "openapi.json": openApiDocument,
  "error-codes.md": errorCodesPage,
  "events.md": () => eventsPage(root),
  "configuration.md": configurationPage,
  "cli.md": cliPage,
};

/** In the house's format, so that `biome check` has nothing to say about what is generated. */
function formatted(path: string, text: string): string {
  const biome = join(root, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
}

const isCheck = process.argv.includes("--check");
const drifted: string[] = [];
mkdirSync(join(root, FOLDER), { recursive: true });
for (const [name, make] of Object.entries(pages)) {
  const path = `${FOLDER}/${name}`;
  const text = formatted(path, await make());
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  drifted.push(path);
  if (!isCheck) writeFileSync(file, text);
}

if (isCheck && drifted.length > 0) {
  console.error(`Not what the code says: ${drifted.join(", ")}. Run: npm run docs`);
  process.exitCode = 1;
} else {
  console.log(drifted.length === 0 ? `${FOLDER} is up to date` : `wrote ${drifted.join(", ")}`);
}
