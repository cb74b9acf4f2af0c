import { describe, expect, test } from "vitest";
import { syntaxRules } from "./syntax-rules.ts";
import { textRules } from "./text-rules.ts";
import { treeRules } from "./tree-rules.ts";

const rules = [...textRules, ...syntaxRules];
const DOMAIN = "packages/server/src/modules/tax/domain/rate.ts";
const FLOW = "packages/server/src/flows/renew.ts";
const STORE = "packages/server/src/modules/tax/store.ts";
const TEST = "packages/server/src/flows/renew.test.ts";

/** The rules that one file of this text breaks. */
function brokenBy(path: string, text: string): string[] {
  return rules
    .filter((rule) => rule.appliesTo(path) && rule.find({ path, text }).length > 0)
    .map((rule) => rule.name);
}

const lines = (count: number) => "\n".repeat(count - 1);

const refused = [
  { rule: "a file has at most 400 lines", path: FLOW, text: `${lines(401)}x` },
  { rule: "nothing is left for later", path: FLOW, text: "// TODO: more" },
  { rule: "nothing is left for later", path: "docs/a.md", text: "FIXME" },
  { rule: "nothing is left for later", path: FLOW, text: "// XXX odd" },
  { rule: "the type checker is not silenced", path: FLOW, text: "// @ts-ignore" },
  { rule: "the type checker is not silenced", path: TEST, text: "// @ts-nocheck" },
  {
    rule: "what is not used is deleted, not commented out",
    path: FLOW,
    text: "// const a = 1;",
  },
  {
    rule: "what is not used is deleted, not commented out",
    path: FLOW,
    text: "// await store.insert(tx, row);",
  },
  {
    rule: "nothing names the machine it was written on",
    path: "docs/a.md",
    text: "see /home/someone/notes",
  },
  {
    rule: "nothing names the machine it was written on",
    path: "package-lock.json",
    text: '"resolved": "https://somewhere.example/a.tgz"',
  },
  { rule: "nothing names the machine it was written on", path: FLOW, text: "// see style.md" },
  { rule: "a function has at most 70 lines", path: FLOW, text: `const f = () => {${lines(71)}};` },
  { rule: "a function has at most 70 lines", path: FLOW, text: `class A { m() {${lines(71)}} }` },
  {
    rule: "a function has at most 70 lines",
    path: TEST,
    text: `test("a", () => {${lines(71)}});`,
  },
  { rule: "only config.ts reads process.env", path: FLOW, text: `process.env["PORT"]` },
  { rule: "only config.ts reads process.env", path: FLOW, text: `process["env"]` },
  {
    rule: "the kernel and the domains are told the time and chance",
    path: DOMAIN,
    text: "Date.now()",
  },
  {
    rule: "the kernel and the domains are told the time and chance",
    path: DOMAIN,
    text: "Math.random()",
  },
  {
    rule: "the kernel and the domains are told the time and chance",
    path: "packages/server/src/kernel/period.ts",
    text: "new Date()",
  },
  {
    rule: "no test is skipped, singled out or left for later",
    path: TEST,
    text: `test.skip("a", () => {})`,
  },
  {
    rule: "no test is skipped, singled out or left for later",
    path: TEST,
    text: `describe.only.each([1])("a", () => {})`,
  },
  {
    rule: "no test is skipped, singled out or left for later",
    path: TEST,
    text: `it.skipIf(true)("a", () => {})`,
  },
  {
    rule: "inside the server nothing is imported by ../",
    path: FLOW,
    text: `import { a } from "../kernel/a.ts";`,
  },
  {
    rule: "SQL stands only in stores, platform/db and platform/jobs",
    path: FLOW,
    text: "query(`\n  -- why\n  select id from ${table}`)",
  },
  {
    rule: "SQL stands only in stores, platform/db and platform/jobs",
    path: FLOW,
    text: `query("update invoice as i set total = 1")`,
  },
  {
    rule: "SQL stands only in stores, platform/db and platform/jobs",
    path: "packages/cli/src/explain.ts",
    text: "query(`with due (id) as (select 1) delete from invoice`)",
  },
];

const allowed = [
  { path: FLOW, text: `${lines(400)}x`, because: "400 lines are not too many" },
  { path: FLOW, text: `const f = () => {${lines(70)}};`, because: "70 lines are not too many" },
  {
    path: TEST,
    text: `describe("a", () => {${"test('b', () => {\n\n\n});\n".repeat(30)}});`,
    because: "tests are counted one by one, not with what holds them",
  },
  { path: FLOW, text: 'const currency = "XXX";', because: "it is a currency code" },
  { path: FLOW, text: "// For why, see the README.", because: "prose is not code" },
  { path: FLOW, text: `const route = "/v1/work/orders";`, because: "a route is not a folder" },
  { path: "packages/server/src/config.ts", text: "process.env", because: "it is the one reader" },
  { path: DOMAIN, text: "new Date(startMs)", because: "an instant that was told may be written" },
  { path: TEST, text: `const words = "test.skip";`, because: "a string skips nothing" },
  { path: STORE, text: "query(`select id from tax_rate`)", because: "it is a store" },
  {
    path: "packages/server/src/platform/http/idempotency-store.ts",
    text: "query(`delete from idempotency_key`)",
    because: "it is a store by its name",
  },
  {
    path: "packages/server/src/modules/metering/store-recording.ts",
    text: "query(`delete from usage_event`)",
    because: "it is one part of a store",
  },
  { path: FLOW, text: `describe("update the card")`, because: "English is not SQL" },
  { path: FLOW, text: `describe("select a plan, with care")`, because: "English is not SQL" },
];

describe("a file that is refused", () => {
  test.each(refused)("$rule: $text", ({ rule, path, text }) => {
    expect(brokenBy(path, text)).toEqual([rule]);
  });

  test("covers every rule", () => {
    expect(new Set(refused.map(({ rule }) => rule))).toEqual(
      new Set(rules.map(({ name }) => name)),
    );
  });
});

describe("a file that is allowed", () => {
  test.each(allowed)("$because", ({ path, text }) => {
    expect(brokenBy(path, text)).toEqual([]);
  });
});

const README = "Owns tax rates. Does not own invoices. Invariants: none.";
const MODULE = "packages/server/src/modules/tax";
const order = {
  "package-lock.json": JSON.stringify(lockWith("node_modules/fast-linux")),
  "package.json": `{"workspaces":["packages/server"]}`,
  [`${MODULE}/README.md`]: README,
  [`${MODULE}/domain/rate.test.ts`]: "",
  "packages/server/src/platform/db/README.md": "The pool.",
  "packages/server/src/platform/db/pool.ts": "",
  "packages/server/migrations/0001_catalog.sql": "",
  "packages/server/migrations/0002_customer_lookup.sql": "",
  "docs/decisions/0001-record-decisions.md": "",
  "docs/decisions/README.md": "",
  "test/tidy.test.ts": "",
};

function lockWith(platformPackage: string) {
  const fast = { optionalDependencies: { "fast-linux": "1.0.0" } };
  return { packages: { "node_modules/fast": fast, [platformPackage]: {} } };
}

function brokenTree(changes: Record<string, string>): string[] {
  const tree = new Map(Object.entries({ ...order, ...changes }));
  const paths = [...tree.keys()].toSorted();
  return treeRules
    .filter(({ find }) => find(paths, (path) => tree.get(path) ?? "").length > 0)
    .map(({ name }) => name);
}

const README_RULE = "every module and platform folder has a README of at most 60 lines";
const WORDS_RULE = "a module's README says what it owns, what it does not own, and its invariants";
const DRAWER_RULE = "there is no drawer for things without a concept";
const NAME_RULE = "files and folders of code are named in kebab-case";
const MIGRATION_RULE = "migrations are numbered, each number once";
const DECISION_RULE = "decision records are numbered, each number once";
const LOCK_RULE = "the lock names the optional packages of every platform";
const RUN_RULE = "every test file is run";

const refusedTrees = [
  { rule: README_RULE, path: "packages/server/src/modules/wallet/store.ts", text: "" },
  { rule: README_RULE, path: `${MODULE}/README.md`, text: README + lines(61) + "x" },
  { rule: WORDS_RULE, path: `${MODULE}/README.md`, text: "Owns tax rates." },
  { rule: DRAWER_RULE, path: "packages/sdk/src/utils.ts", text: "" },
  { rule: DRAWER_RULE, path: "packages/sdk/src/shared/a.ts", text: "" },
  { rule: DRAWER_RULE, path: "packages/sdk/test/test-helpers.ts", text: "" },
  { rule: NAME_RULE, path: "packages/sdk/src/billingPlans.ts", text: "" },
  { rule: NAME_RULE, path: "packages/sdk/src/wire_types/a.ts", text: "" },
  { rule: MIGRATION_RULE, path: "packages/server/migrations/0002_again.sql", text: "" },
  { rule: MIGRATION_RULE, path: "packages/server/migrations/4_short.sql", text: "" },
  { rule: MIGRATION_RULE, path: "packages/server/migrations/0003-dash.sql", text: "" },
  { rule: DECISION_RULE, path: "docs/decisions/0001-again.md", text: "" },
  { rule: DECISION_RULE, path: "docs/decisions/14-short.md", text: "" },
  {
    rule: LOCK_RULE,
    path: "package-lock.json",
    text: JSON.stringify(lockWith("node_modules/fast-darwin")),
  },
  { rule: RUN_RULE, path: "packages/web/src/page.test.tsx", text: "" },
  { rule: RUN_RULE, path: "packages/server/src/app.spec.ts", text: "" },
  { rule: RUN_RULE, path: "packages/server/lib/app.test.ts", text: "" },
];

describe("a tree that is refused", () => {
  test.each(refusedTrees)("$path breaks: $rule", ({ rule, path, text }) => {
    expect(brokenTree({ [path]: text })).toEqual([rule]);
  });

  test("covers every rule", () => {
    const proven = new Set(refusedTrees.map(({ rule }) => rule));
    expect(proven).toEqual(new Set(treeRules.map(({ name }) => name)));
  });

  test("in order, it breaks nothing", () => {
    expect(brokenTree({})).toEqual([]);
  });
});
