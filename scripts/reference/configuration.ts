import { configVariables } from "../../packages/server/src/config.ts";
import { code, GENERATED, page, table } from "./markdown.ts";

export function configurationPage(): string {
  return page(
    "# Configuration",
    GENERATED,
    "The environment is read once, at the start, by `packages/server/src/config.ts`. A value that cannot be used stops the start and is named.",
    table(
      ["Variable", "Default", "What it decides"],
      configVariables.map((variable) => [
        code(variable.name),
        shown(variable.default),
        variable.means,
      ]),
    ),
  );
}

/** A default that stands for something is written in brackets, one that is a value is code. */
function shown(text: string): string {
  return /^\(.*\)$/.test(text) || text.includes(" ")
    ? text.replace(/^\((.*)\)$/, "$1")
    : code(text);
}
