import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const sourceFolder = fileURLToPath(new URL("../src/", import.meta.url));
/** All but the folder with the door for Node. */
const sources = readdirSync(sourceFolder).filter((name) => /(?<!\.test)\.ts$/.test(name));
const packageJson = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as Record<string, unknown>;

describe("the package", () => {
  test("depends on nothing", () => {
    expect(packageJson).not.toHaveProperty("dependencies");
    expect(packageJson).not.toHaveProperty("peerDependencies");
  });

  test.each(sources)("%s imports only its neighbours", (name) => {
    const text = readFileSync(sourceFolder + name, "utf8");
    const imported = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
    expect(imported.filter((specifier) => !specifier.startsWith("./"))).toEqual([]);
  });

  // Without Node's types a `Buffer`, a `process` or a `node:` import is an unknown name.
  test("type-checks with a browser's globals alone", { timeout: 60_000 }, () => {
    const program = ts.createProgram([`${sourceFolder}index.ts`], {
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(problems).toEqual([]);
    expect(program.getSourceFiles().length).toBeGreaterThan(sources.length);
  });
});
