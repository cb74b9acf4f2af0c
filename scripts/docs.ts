/**
 * Writes `docs/reference`, and the SDK's types of events, from the code. With `--check` it writes
 * nothing, and fails where a file is not what the code says.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliPage } from "./reference/cli.ts";
import { configurationPage } from "./reference/configuration.ts";
import { errorCodesPage } from "./reference/error-codes.ts";
import { eventsPage } from "./reference/events.ts";
import { openApiDocument } from "./reference/openapi.ts";
import { sdkEventSnapshots, sdkEvents } from "./reference/sdk-events.ts";

const root = join(import.meta.dirname, "..");
const FOLDER = "docs/reference";

const files: Readonly<Record<string, () => string | Promise<string>>> = {
  [`${FOLDER}/openapi.json`]: openApiDocument,
  [`${FOLDER}/error-codes.md`]: errorCodesPage,
  [`${FOLDER}/events.md`]: () => eventsPage(root),
  [`${FOLDER}/configuration.md`]: configurationPage,
  [`${FOLDER}/cli.md`]: cliPage,
  "packages/sdk/src/event-snapshots.ts": () => sdkEventSnapshots(root),
  "packages/sdk/src/native-events.ts": () => sdkEvents(root),
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
for (const [path, make] of Object.entries(files)) {
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
  console.log(
    drifted.length === 0 ? "all that is generated is up to date" : `wrote ${drifted.join(", ")}`,
  );
}
