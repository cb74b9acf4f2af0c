// Prints `N passed, N failed` from Vitest's JSON report and exits with 1 unless every test passed.
// A file that could not be loaded holds no tests and counts as one failed; so does a skipped test.
import { readFileSync } from "node:fs";

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {
      testResults: [{ status: "failed", message: "There is no report.", assertionResults: [] }],
    };
  }
}

const { testResults } = readReport(process.argv[2]);
const tests = testResults.flatMap((file) => file.assertionResults);
const passed = tests.filter(({ status }) => status === "passed").length;
const brokenFiles = testResults.filter(
  (file) =>
    file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
);
const failed = tests.length - passed + brokenFiles.length;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
