import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readText } from "../tree.ts";
import { boundaryConfig, type Cruised, cruiseTree } from "./cruise.ts";

const SRC = "packages/server/src";

/** Each row is one file of a small tree: what it imports, and the rules that this breaks. */
type Row = { readonly file: string; readonly imports: string; readonly breaks: readonly string[] };

const refused: readonly Row[] = [
  { file: `${SRC}/kernel/a.ts`, imports: "node:fs", breaks: ["kernel-is-pure"] },
  { file: `${SRC}/kernel/b.ts`, imports: "pg", breaks: ["kernel-is-pure"] },
  { file: `${SRC}/kernel/c.ts`, imports: "#platform/db/pool.ts", breaks: ["kernel-is-pure"] },
  { file: `${SRC}/kernel/d.test.ts`, imports: "pg", breaks: ["kernel-is-pure-in-tests"] },
  { file: `${SRC}/modules/tax/domain/a.ts`, imports: "node:crypto", breaks: ["domain-is-pure"] },
  { file: `${SRC}/modules/tax/domain/b.ts`, imports: "pg", breaks: ["domain-is-pure"] },
  {
    file: `${SRC}/modules/tax/domain/c.ts`,
    imports: "#platform/db/pool.ts",
    breaks: ["domain-is-pure"],
  },
  {
    file: `${SRC}/modules/tax/domain/d.ts`,
    imports: "#modules/tax/store.ts",
    breaks: ["domain-is-pure"],
  },
  {
    file: `${SRC}/modules/tax/domain/e.ts`,
    imports: "#modules/catalog/index.ts",
    breaks: ["domain-is-pure"],
  },
  {
    file: `${SRC}/modules/tax/domain/f.ts`,
    imports: "#modules/catalog/domain/plan.ts",
    breaks: ["domain-is-pure"],
  },
  {
    file: `${SRC}/modules/tax/domain/g.test.ts`,
    imports: "#modules/tax/store.ts",
    breaks: ["domain-is-pure-in-tests"],
  },
  {
    file: `${SRC}/modules/payments/events.ts`,
    imports: "#platform/db/pool.ts",
    breaks: ["domain-is-pure"],
  },
  {
    file: `${SRC}/platform/jobs/a.ts`,
    imports: "#modules/tax/index.ts",
    breaks: ["platform-knows-no-billing"],
  },
  {
    file: `${SRC}/platform/jobs/b.ts`,
    imports: "#flows/renew.ts",
    breaks: ["platform-knows-no-billing"],
  },
  {
    file: `${SRC}/platform/jobs/c.test.ts`,
    imports: "#modules/tax/index.ts",
    breaks: ["platform-knows-no-billing-in-tests"],
  },
  {
    file: `${SRC}/modules/tax/rates.ts`,
    imports: "#modules/catalog/store.ts",
    breaks: ["module-imports"],
  },
  { file: `${SRC}/modules/tax/npm.ts`, imports: "pg", breaks: ["module-imports"] },
  { file: `${SRC}/modules/tax/node.ts`, imports: "node:fs", breaks: ["module-imports"] },
  { file: `${SRC}/modules/tax/flow.ts`, imports: "#flows/renew.ts", breaks: ["module-imports"] },
  {
    file: `${SRC}/modules/tax/rates.test.ts`,
    imports: "#modules/catalog/store.ts",
    breaks: ["module-imports-in-tests"],
  },
  {
    file: `${SRC}/modules/payments/rails/stripe/a.ts`,
    imports: "#modules/catalog/store.ts",
    breaks: ["adapter-imports"],
  },
  {
    file: `${SRC}/modules/invoices/pdf/a.ts`,
    imports: "#flows/renew.ts",
    breaks: ["adapter-imports"],
  },
  {
    file: `${SRC}/modules/notifications/mail/rail.contract.ts`,
    imports: "#flows/renew.ts",
    breaks: ["adapter-imports-in-tests"],
  },
  { file: `${SRC}/flows/a.ts`, imports: "#modules/catalog/store.ts", breaks: ["flow-imports"] },
  {
    file: `${SRC}/flows/b.ts`,
    imports: "#surfaces/operator/routes.ts",
    breaks: ["flow-imports"],
  },
  { file: `${SRC}/flows/c.ts`, imports: "pg", breaks: ["flow-imports"] },
  {
    file: `${SRC}/flows/d.test.ts`,
    imports: "#modules/catalog/store.ts",
    breaks: ["flow-imports-in-tests"],
  },
  {
    file: `${SRC}/surfaces/metered/a.ts`,
    imports: "#modules/catalog/store.ts",
    breaks: ["surface-imports"],
  },
  {
    file: `${SRC}/surfaces/metered/b.ts`,
    imports: "#surfaces/operator/routes.ts",
    breaks: ["surface-imports"],
  },
  {
    file: `${SRC}/surfaces/metered/c.ts`,
    imports: "#platform/db/pool.ts",
    breaks: ["surface-imports"],
  },
  {
    file: `${SRC}/surfaces/metered/d.test.ts`,
    imports: "#platform/db/pool.ts",
    breaks: ["surface-imports-in-tests"],
  },
  { file: `${SRC}/serve.ts`, imports: "./app.ts", breaks: ["app-is-the-root"] },
  {
    file: `${SRC}/platform/http/up.ts`,
    imports: "../db/pool.ts",
    breaks: ["same-folder-or-hash"],
  },
  {
    file: `${SRC}/platform/down.ts`,
    imports: "./db/pool.ts",
    breaks: ["same-folder-or-hash"],
  },
  {
    file: `${SRC}/platform/out.test.ts`,
    imports: "../../test/support/app.ts",
    breaks: ["same-folder-or-hash"],
  },
  { file: "packages/sdk/src/a.ts", imports: "pg", breaks: ["sdk-has-no-dependency"] },
  { file: "packages/sdk/src/b.ts", imports: "node:fs", breaks: ["sdk-has-no-dependency"] },
  { file: "packages/sdk/src/d.ts", imports: "./node/index.ts", breaks: ["sdk-has-no-dependency"] },
  { file: "packages/sdk/src/node/a.ts", imports: "pg", breaks: ["sdk-node-has-no-dependency"] },
  {
    file: "packages/sdk/src/c.test.ts",
    imports: "@farthing/server",
    breaks: ["sdk-stands-alone"],
  },
  {
    file: "packages/stripe-sandbox/src/a.ts",
    imports: "@farthing/server",
    breaks: ["stripe-sandbox-stands-alone"],
  },
  {
    file: "packages/server/test/a.ts",
    imports: "@farthing/sdk",
    breaks: ["server-imports-only-the-sandbox"],
  },
  {
    file: "packages/cli/src/a.ts",
    imports: "@farthing/stripe-sandbox",
    breaks: ["cli-imports-sdk-and-server"],
  },
  {
    file: "packages/react/src/a.ts",
    imports: "@farthing/server",
    breaks: ["react-imports-sdk"],
  },
  {
    file: "packages/web/src/a.ts",
    imports: "@farthing/server",
    breaks: ["web-imports-react-and-sdk"],
  },
  {
    file: "packages/cli/src/b.ts",
    imports: "../../server/src/app.ts",
    breaks: ["package-by-its-door"],
  },
  {
    file: "packages/server/test/b.ts",
    imports: "../../stripe-sandbox/test/support.ts",
    breaks: ["package-by-its-door"],
  },
  { file: `${SRC}/kernel/cycle.ts`, imports: "./cycle-back.ts", breaks: ["no-cycle"] },
  { file: `${SRC}/kernel/cycle-back.ts`, imports: "./cycle.ts", breaks: ["no-cycle"] },
  {
    file: `${SRC}/main.ts`,
    imports: "#kernel/gone.ts",
    breaks: ["no-unresolvable"],
  },
  {
    file: "packages/cli/src/c.ts",
    imports: "./main.test.ts",
    breaks: ["source-imports-no-test"],
  },
  { file: `${SRC}/lonely.ts`, imports: "", breaks: ["no-orphan"] },
];

const allowed: readonly Row[] = [
  { file: `${SRC}/kernel/money.ts`, imports: "temporal-polyfill", breaks: [] },
  { file: `${SRC}/kernel/money.test.ts`, imports: "vitest", breaks: [] },
  { file: `${SRC}/kernel/clock.ts`, imports: "./money.ts", breaks: [] },
  { file: `${SRC}/platform/db/pool.ts`, imports: "pg", breaks: [] },
  { file: `${SRC}/platform/db/files.ts`, imports: "node:fs", breaks: [] },
  { file: `${SRC}/platform/http/problem.ts`, imports: "#kernel/money.ts", breaks: [] },
  { file: `${SRC}/modules/catalog/domain/plan.ts`, imports: "#kernel/money.ts", breaks: [] },
  { file: `${SRC}/modules/catalog/domain/index.ts`, imports: "./plan.ts", breaks: [] },
  { file: `${SRC}/modules/catalog/store.ts`, imports: "#platform/db/pool.ts", breaks: [] },
  { file: `${SRC}/modules/catalog/store.test.ts`, imports: "#test/support/app.ts", breaks: [] },
  { file: `${SRC}/modules/catalog/index.ts`, imports: "./store.ts", breaks: [] },
  { file: `${SRC}/modules/tax/events.ts`, imports: "#kernel/money.ts", breaks: [] },
  { file: `${SRC}/modules/tax/domain/h.ts`, imports: "#modules/tax/events.ts", breaks: [] },
  {
    file: `${SRC}/modules/tax/domain/i.ts`,
    imports: "#modules/catalog/domain/index.ts",
    breaks: [],
  },
  { file: `${SRC}/modules/tax/domain/i.test.ts`, imports: "fast-check", breaks: [] },
  { file: `${SRC}/modules/tax/store.ts`, imports: "#modules/catalog/index.ts", breaks: [] },
  { file: `${SRC}/modules/tax/index.ts`, imports: "./store.ts", breaks: [] },
  { file: `${SRC}/modules/payments/rails/stripe/rail.ts`, imports: "stripe", breaks: [] },
  {
    file: `${SRC}/modules/payments/rails/stripe/sandbox.ts`,
    imports: "@farthing/stripe-sandbox",
    breaks: [],
  },
  {
    file: `${SRC}/modules/payments/rails/stripe/door.ts`,
    imports: "#modules/payments/store.ts",
    breaks: [],
  },
  { file: `${SRC}/modules/payments/store.ts`, imports: "#platform/db/pool.ts", breaks: [] },
  { file: `${SRC}/flows/renew.ts`, imports: "#modules/catalog/index.ts", breaks: [] },
  { file: `${SRC}/surfaces/operator/schema.ts`, imports: "typebox", breaks: [] },
  { file: `${SRC}/surfaces/operator/routes.ts`, imports: "#flows/renew.ts", breaks: [] },
  {
    file: `${SRC}/surfaces/operator/errors.ts`,
    imports: "#platform/http/problem.ts",
    breaks: [],
  },
  { file: `${SRC}/app.ts`, imports: "#surfaces/operator/routes.ts", breaks: [] },
  { file: `${SRC}/index.ts`, imports: "./app.ts", breaks: [] },
  { file: "packages/server/test/support/app.ts", imports: "../../src/app.ts", breaks: [] },
  {
    file: "packages/server/test/pay.test.ts",
    imports: "@farthing/stripe-sandbox/test/browser",
    breaks: [],
  },
  { file: "packages/stripe-sandbox/test/browser.ts", imports: "node:fs", breaks: [] },
  { file: "packages/stripe-sandbox/test/support.ts", imports: "./browser.ts", breaks: [] },
  { file: "packages/sdk/src/index.ts", imports: "./client.ts", breaks: [] },
  { file: "packages/sdk/src/client.ts", imports: "", breaks: [] },
  { file: "packages/sdk/src/node/index.ts", imports: "node:fs", breaks: [] },
  { file: "packages/stripe-sandbox/src/index.ts", imports: "./server.ts", breaks: [] },
  { file: "packages/stripe-sandbox/src/server.ts", imports: "node:http", breaks: [] },
  { file: "packages/cli/src/main.ts", imports: "@farthing/server", breaks: [] },
  { file: "packages/cli/src/remote.ts", imports: "@farthing/sdk", breaks: [] },
  { file: "packages/cli/src/main.test.ts", imports: "vitest", breaks: [] },
];

const STUBS = ["fast-check", "pg", "stripe", "temporal-polyfill", "typebox", "vitest"];
const PACKAGES = ["cli", "react", "sdk", "server", "stripe-sandbox", "web"];

let root: string;
let cruised: Cruised;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A workspace as npm lays it out: each package linked by its name, each dependency a stub. */
function writeWorkspace(): void {
  write("tsconfig.json", readText("tsconfig.json").text);
  for (const name of STUBS) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" }));
    write(`node_modules/${name}/index.js`, "");
  }
  mkdirSync(join(root, "node_modules/@farthing"));
  for (const name of PACKAGES) {
    const exports = {
      ".": { source: "./src/index.ts", default: "./dist/index.js" },
      "./test/browser": { source: "./test/browser.ts" },
    };
    const imports = { "#test/*": "./test/*", "#*": "./src/*" };
    const manifest = { name: `@farthing/${name}`, type: "module", exports, imports };
    write(`packages/${name}/package.json`, JSON.stringify(manifest));
    symlinkSync(join(root, "packages", name), join(root, "node_modules/@farthing", name));
  }
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "boundaries-"));
  writeWorkspace();
  for (const { file, imports } of [...allowed, ...refused]) {
    write(file, imports === "" ? "export {};\n" : `import "${imports}";\n`);
  }
  cruised = await cruiseTree(root, ["packages"]);
});

afterAll(() => rmSync(root, { recursive: true }));

function brokenBy(file: string): string[] {
  const broken = cruised.violations.filter(({ from, cycle }) => [from, ...cycle].includes(file));
  return [...new Set(broken.map(({ rule }) => rule))].toSorted();
}

describe("what is refused", () => {
  test.each(refused)("$file importing '$imports' breaks $breaks", ({ file, breaks }) => {
    expect(brokenBy(file)).toEqual(breaks);
  });

  test("covers every rule", () => {
    const proven = new Set(refused.flatMap(({ breaks }) => breaks));
    expect(
      boundaryConfig.forbidden.map(({ name }) => name).filter((n) => !proven.has(n ?? "")),
    ).toEqual([]);
  });
});

describe("what is allowed", () => {
  test.each(allowed)("$file importing '$imports'", ({ file, breaks }) => {
    expect(brokenBy(file)).toEqual(breaks);
  });
});
