import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** Each workspace is one project, named after its folder; `house` is the tests of the tree itself. */
const workspaces = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"))
  .workspaces as string[];

/** `source` makes `@farthing/*` and `#…` resolve to TypeScript, so no package is built to be tested. */
const conditions = ["source", "module", "node", "development|production"];

/** What runs once before a project's tests, by the project's name. */
const globalSetup: Record<string, string[]> = {
  server: ["test/support/postgres/global-setup.ts"],
};

function workspaceProject(folder: string) {
  const name = folder.replace("packages/", "");
  return {
    extends: true as const,
    root: folder,
    test: {
      name,
      include: ["{src,test,bench,golden}/**/*.test.{ts,tsx}"],
      globalSetup: globalSetup[name] ?? [],
    },
  };
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["source", "node"] } },
  test: {
    // Threads that keep their modules: loading Fastify, Stripe and Temporal anew for each file costs
    // more than most files' tests. A test that leaves global state behind is therefore a bug.
    pool: "threads",
    isolate: false,
    // Two even on more cores: the database beside them needs the rest.
    maxWorkers: 2,
    allowOnly: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      ...workspaces.map(workspaceProject),
      // They parse the whole tree, which takes a busy machine a while.
      {
        extends: true,
        test: {
          name: "house",
          include: ["test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
