import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

export const boundaryConfig = createRequire(import.meta.url)(
  "../../.dependency-cruiser.cjs",
) as Required<Pick<IConfiguration, "forbidden" | "options">>;

export type Violation = {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** The files of the circle when the rule is about one, else none. */
  readonly cycle: readonly string[];
};

export type Cruised = {
  /** Every module that was looked at, by its path from the root. */
  readonly seen: ReadonlySet<string>;
  readonly violations: readonly Violation[];
};

/** Holds the boundary rules against the given folders of the tree at `root`. */
export async function cruiseTree(root: string, folders: string[]): Promise<Cruised> {
  const { enhancedResolveOptions, ...options } = boundaryConfig.options;
  const { output } = await cruise(
    folders,
    {
      ...options,
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: boundaryConfig.forbidden },
    },
    { ...enhancedResolveOptions },
    { tsConfig: extractTsConfig(join(root, "tsconfig.json")) },
  );
  const { modules, summary } = output as ICruiseResult;
  return {
    seen: new Set(modules.map((module) => module.source)),
    violations: summary.violations.map(({ rule, from, to, cycle = [] }) => ({
      rule: rule.name,
      from,
      to,
      cycle: cycle.map(({ name }) => name),
    })),
  };
}
