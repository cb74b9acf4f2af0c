/** A rule on which files there are. `read` gives the text of one of `paths`. */
export type TreeRule = {
  readonly name: string;
  readonly find: (paths: readonly string[], read: (path: string) => string) => readonly string[];
};

const README_LINES_MAX = 60;
const CONCEPT_FOLDER = /^(packages\/server\/src\/(?:modules|platform)\/[^/]+)\//;
const MODULE_README = /^packages\/server\/src\/modules\/[^/]+\/README\.md$/;
const DRAWER = /(^|[/-])(utils?|shared|common|helpers?|misc)([/.]|$)/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const MIGRATION = /^packages\/server\/migrations\/(.*)$/;
const DECISION = /^docs\/decisions\/(\d.*)$/;
const DECISION_NAME = /^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$/;
const MIGRATION_NAME = /^\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.sql$/;

export const treeRules: readonly TreeRule[] = [
  {
    name: `every module and platform folder has a README of at most ${README_LINES_MAX} lines`,
    find: (paths, read) =>
      conceptFolders(paths).flatMap((folder) => {
        const readme = `${folder}/README.md`;
        if (!paths.includes(readme)) return [`${readme} is missing`];
        const count = read(readme).trimEnd().split("\n").length;
        return count > README_LINES_MAX ? [`${readme} has ${count} lines`] : [];
      }),
  },
  {
    name: "a module's README says what it owns, what it does not own, and its invariants",
    find: (paths, read) =>
      paths
        .filter((path) => MODULE_README.test(path))
        .flatMap((path) => {
          const text = read(path);
          const missing = [/\bowns\b/i, /\bdoes not own\b/i, /\binvariants?\b/i].filter(
            (word) => !word.test(text),
          );
          return missing.map((word) => `${path} says nothing like ${word}`);
        }),
  },
  {
    name: "there is no drawer for things without a concept",
    find: (paths) => paths.filter((path) => DRAWER.test(path)),
  },
  {
    name: "files and folders of code are named in kebab-case",
    find: (paths) =>
      paths
        .filter((path) => /^(packages\/[^/]+\/(src|test|bench|golden)|test)\/.*\.tsx?$/.test(path))
        .filter((path) => !path.split("/").every((name) => KEBAB_CASE.test(name))),
  },
  {
    // Branches reserve numbers and land in any order, so a number may be missing for a while.
    name: "migrations are numbered, each number once",
    find: (paths) =>
      misnumbered(
        paths.flatMap((path) => MIGRATION.exec(path)?.[1] ?? []),
        MIGRATION_NAME,
      ),
  },
  {
    name: "decision records are numbered, each number once",
    find: (paths) =>
      misnumbered(
        paths.flatMap((path) => DECISION.exec(path)?.[1] ?? []),
        DECISION_NAME,
      ),
  },
  {
    // npm leaves out a package that it cannot fetch, and `npm ci` then refuses the lock elsewhere.
    name: "the lock names the optional packages of every platform",
    find: (_paths, read) => {
      const { packages } = JSON.parse(read("package-lock.json")) as Lock;
      const keys = Object.keys(packages);
      return Object.values(packages)
        .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
        .filter((name) => !keys.some((key) => key.endsWith(`node_modules/${name}`)));
    },
  },
  {
    name: "every test file is run",
    find: (paths, read) => {
      const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };
      const roots = [
        "test/",
        ...workspaces.flatMap((folder) =>
          ["src", "test", "bench", "golden"].map((part) => `${folder}/${part}/`),
        ),
      ];
      return paths.filter((path) => {
        if (/\.spec\.[cm]?[jt]sx?$|\.test\.([cm][jt]s|jsx?)$/.test(path)) return true;
        return /\.test\.tsx?$/.test(path) && !roots.some((root) => path.startsWith(root));
      });
    },
  },
];

/** The names that are not of the form, or begin with a number that another one has. */
function misnumbered(names: readonly string[], form: RegExp): string[] {
  const misnamed = names.filter((name) => !form.test(name));
  const numbers = names.map((name) => name.slice(0, 4));
  const repeated = names.filter((_, index) => numbers.indexOf(numbers[index] ?? "") !== index);
  return [...new Set([...misnamed, ...repeated])];
}

type Lock = {
  readonly packages: Record<string, { optionalDependencies?: Record<string, string> }>;
};

function conceptFolders(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => CONCEPT_FOLDER.exec(path)?.[1] ?? []))];
}
