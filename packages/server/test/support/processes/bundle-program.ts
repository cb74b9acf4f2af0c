import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/** Somewhere the packages of this one are found from. */
const CACHE = join(import.meta.dirname, "../../../node_modules/.cache");

/**
 * Puts a TypeScript program and all it imports of this repository into one JavaScript file, which
 * loads with a third of the CPU: a suite that kills servers spends most of its time on starting them.
 * Packages from elsewhere are loaded as they are. Answers the file's path.
 */
export async function bundleProgram(path: string): Promise<string> {
  const bundle = join(CACHE, basename(path).replace(/\.ts$/, ".js"));
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    sourcemap: "inline",
    sourcesContent: false,
    write: false,
    plugins: [foreignPackagesStay, placesStay],
  });
  await mkdir(CACHE, { recursive: true });
  // Renamed, not written over: another suite may be starting a server from it.
  const written = `${bundle}.${process.pid}.${performance.now()}`;
  await writeFile(written, outputFiles[0]?.contents ?? "");
  await rename(written, bundle);
  return bundle;
}

/** Bare names that are no workspace's. */
const foreignPackagesStay: Plugin = {
  name: "foreign packages stay",
  setup({ onResolve }) {
    onResolve({ filter: /^[^.#/]/ }, ({ path }) =>
      path.startsWith("@farthing/") ? null : { path, external: true },
    );
  },
};

/** A module that looks for files beside itself finds them where it was written. */
const placesStay: Plugin = {
  name: "places stay",
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/[^/]+\/(?:src|test)\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};
