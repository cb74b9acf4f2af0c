/**
 * Evaluates golden cases by this engine's domain: `npm run golden -- FILE.json [-- --json]`. Says how
 * many agree, differ or are not supported, per topic. Ends with 1 when one differs, 2 when there is no
 * such file of cases.
 */
import { parseArgs } from "node:util";
import { evaluate } from "./evaluate.ts";
import { readCases } from "./read-cases.ts";
import { reportJson, reportText } from "./report.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** One JSON object on standard output instead of a table. */
    json: { type: "boolean", default: false },
  },
});

const read = await readCases(positionals[0]);
if (typeof read === "string") {
  console.error(read);
  process.exitCode = 2;
} else {
  const evaluations = read.map(evaluate);
  console.log(values.json ? reportJson(evaluations) : reportText(evaluations));
  process.exitCode = evaluations.some(({ verdict }) => verdict === "differ") ? 1 : 0;
}
