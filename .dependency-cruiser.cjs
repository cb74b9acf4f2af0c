/**
 * What may import what. `test/boundaries.test.ts` runs these rules over every source file, and
 * `test/boundary-rules.test.ts` proves on small trees that each of them bites.
 *
 * Packages are matched by `node_modules/<name>/`, built-in modules by their dependency type. A test
 * may import more than the code beside it: the runner, and what the package keeps under `test/`.
 */

const TEST_FILE = "\\.(test|contract)\\.tsx?$";
const SRC = "^packages/server/src";
const KERNEL = `${SRC}/kernel/`;
const PLATFORM = `${SRC}/platform/`;
const DOORS = `${SRC}/modules/[^/]+/(domain/)?index\\.ts$`;
const PURE_DOORS = `${SRC}/modules/[^/]+/domain/index\\.ts$`;
const EVENTS = `${SRC}/modules/[^/]+/events\\.ts$`;

/** Module folders that exist to adapt a package: only there does a concept import from npm. */
const ADAPTERS = `${SRC}/modules/(payments|invoices|notifications)/(?:rails|pdf|mail)/`;

/** Matches the named packages wherever npm has put them, and the name alone when it is missing. */
const npm = (...names) => `(^|node_modules/)(@types/)?(${names.join("|")})(/|$)`;
/** What every package's tests start a browser with: a door beside those of the packages. */
const TEST_BROWSER = "^packages/stripe-sandbox/test/browser\\.ts$";
const TEST_TOOLS = [npm("vitest", "fast-check"), "^packages/server/test/"];

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/**
 * Two rules for one row of the table, since tests are allowed a little more than the code they test.
 * `node:` modules are refused unless `to.node` is true; in tests they are always allowed.
 */
function mayOnlyImport(name, comment, from, to) {
  const pathNot = from.pathNot ?? [];
  const builtIns = to.node ? { dependencyTypesNot: ["core"] } : {};
  return [
    forbid(
      name,
      comment,
      { path: from.path, pathNot: [...pathNot, TEST_FILE] },
      { pathNot: to.paths, ...builtIns },
    ),
    forbid(
      `${name}-in-tests`,
      comment,
      { path: `(?:${from.path}).*${TEST_FILE}`, pathNot },
      { pathNot: [...to.paths, ...TEST_TOOLS], dependencyTypesNot: ["core"] },
    ),
  ];
}

const layers = [
  ...mayOnlyImport(
    "kernel-is-pure",
    "The kernel imports only itself and pure libraries.",
    { path: KERNEL },
    { paths: [KERNEL, npm("temporal-polyfill", "big\\.js")] },
  ),
  ...mayOnlyImport(
    "domain-is-pure",
    "A domain, and the events it names, import the kernel, their own concept and other domains' doors.",
    { path: `${SRC}/modules/([^/]+)/(domain/|events\\.ts)` },
    { paths: [KERNEL, `${SRC}/modules/$1/(domain/|events\\.ts$)`, PURE_DOORS] },
  ),
  ...mayOnlyImport(
    "platform-knows-no-billing",
    "Platform imports kernel, npm and node, never billing or the way it is put together.",
    { path: PLATFORM },
    { paths: [KERNEL, PLATFORM, "node_modules/"], node: true },
  ),
  ...mayOnlyImport(
    "module-imports",
    "A module imports kernel, platform, its own folder and the two doors of other modules.",
    { path: `${SRC}/modules/([^/]+)/`, pathNot: [ADAPTERS, "/domain/", EVENTS] },
    { paths: [KERNEL, PLATFORM, `${SRC}/modules/$1/`, DOORS] },
  ),
  ...mayOnlyImport(
    "adapter-imports",
    "An adapter is a module that may also import from npm, node and our own sandbox.",
    { path: ADAPTERS },
    {
      paths: [
        KERNEL,
        PLATFORM,
        `${SRC}/modules/$1/`,
        DOORS,
        "node_modules/",
        "^packages/stripe-sandbox/",
      ],
      node: true,
    },
  ),
  ...mayOnlyImport(
    "flow-imports",
    "A flow imports kernel, platform and the doors of modules: no store, no surface, no package.",
    { path: `${SRC}/flows/` },
    { paths: [KERNEL, PLATFORM, `${SRC}/flows/`, DOORS] },
  ),
  ...mayOnlyImport(
    "surface-imports",
    "A surface translates: kernel, platform/http, doors, flows and the schema library, no other surface.",
    { path: `${SRC}/surfaces/([^/]+)/` },
    {
      paths: [
        KERNEL,
        `${PLATFORM}http/`,
        `${SRC}/surfaces/$1/`,
        `${SRC}/flows/`,
        DOORS,
        npm("typebox", "@fastify/type-provider-typebox", "fastify"),
      ],
    },
  ),
];

const composition = [
  forbid(
    "app-is-the-root",
    "Only main.ts, the package's door, the command line, benches and tests construct the application.",
    {
      pathNot: [
        TEST_FILE,
        "^packages/[^/]+/(test|bench)/",
        `${SRC}/(main|index)\\.ts$`,
        "^packages/cli/",
        "^scripts/",
      ],
    },
    { path: `${SRC}/app\\.ts$` },
  ),
  forbid(
    "same-folder-or-hash",
    "Inside the server: ./x.ts for the same folder, #… for all else, never ../ nor ./folder/x.ts.",
    { path: "^(packages/server/src.*)/[^/]+$" },
    {
      path: "^packages/server/",
      pathNot: "^$1/[^/]+$",
      dependencyTypesNot: ["aliased-subpath-import"],
    },
  ),
];

const packages = [
  forbid(
    "sdk-has-no-dependency",
    "The SDK runs in a browser and brings nothing along; what needs Node has a door of its own.",
    { path: "^packages/sdk/src/", pathNot: [TEST_FILE, "^packages/sdk/src/node/"] },
    { pathNot: "^packages/sdk/src/(?!node/)" },
  ),
  forbid(
    "sdk-node-has-no-dependency",
    "The SDK's door for Node brings nothing along but Node.",
    { path: "^packages/sdk/src/node/", pathNot: TEST_FILE },
    { pathNot: "^packages/sdk/src/", dependencyTypesNot: ["core"] },
  ),
  forbid(
    "sdk-stands-alone",
    "The SDK and its tests import nothing else of ours.",
    { path: "^packages/sdk/" },
    { path: "^(packages|test)/", pathNot: "^packages/sdk/" },
  ),
  forbid(
    "stripe-sandbox-stands-alone",
    "The sandbox is of use to anyone, so it imports nothing else of ours.",
    { path: "^packages/stripe-sandbox/" },
    { path: "^(packages|test)/", pathNot: "^packages/stripe-sandbox/" },
  ),
  forbid(
    "server-imports-only-the-sandbox",
    "The server serves the clients; it never imports one.",
    { path: "^packages/server/" },
    { path: "^(packages|test)/", pathNot: "^packages/(server|stripe-sandbox)/" },
  ),
  forbid(
    "cli-imports-sdk-and-server",
    "The command line speaks to a remote server through the SDK and starts a local one.",
    { path: "^packages/cli/" },
    { path: "^(packages|test)/", pathNot: "^packages/(cli|sdk|server)/" },
  ),
  forbid(
    "react-imports-sdk",
    "The components know the API only through the SDK.",
    { path: "^packages/react/" },
    { path: "^(packages|test)/", pathNot: "^packages/(react|sdk)/" },
  ),
  forbid(
    "web-imports-react-and-sdk",
    "The pages know the API only through the SDK and the components.",
    { path: "^packages/web/" },
    { path: "^(packages|test)/", pathNot: "^packages/(web|react|sdk)/" },
  ),
  forbid(
    "package-by-its-door",
    "Another package is imported by its name, which leads to an index.ts, never by a path inside it.",
    { path: "^packages/([^/]+)/" },
    {
      path: "^packages/",
      pathNot: ["^packages/$1/", "^packages/[^/]+/src/(node/)?index\\.ts$", TEST_BROWSER],
    },
  ),
];

const general = [
  forbid(
    "no-cycle",
    "A cycle, even of types alone, joins its files into one that cannot be read in parts.",
    {},
    { circular: true },
  ),
  forbid(
    "no-unresolvable",
    "An import that is not found hides whatever rule it breaks.",
    {},
    { couldNotResolve: true },
  ),
  forbid(
    "source-imports-no-test",
    "What ships never imports what only tests and benches have.",
    { path: "^packages/[^/]+/src/", pathNot: TEST_FILE },
    { path: [TEST_FILE, "^packages/[^/]+/(test|bench)/", "^test/"] },
  ),
  forbid(
    "no-orphan",
    "A source file that neither imports nor is imported does nothing.",
    {
      orphan: true,
      path: "^packages/[^/]+/src/",
      pathNot: [TEST_FILE, "/src/(index|main)\\.tsx?$", "\\.d\\.ts$"],
    },
    {},
  ),
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [...layers, ...composition, ...packages, ...general],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
