/**
 * A process that owns an embedded database, for tests that kill it: started with `StartOptions` as
 * JSON, it prints one line of JSON with what came of it, and stops when its standard input ends.
 */
import { EmbeddedPostgresError, startEmbeddedPostgres } from "#platform/db/embedded/index.ts";

const say = (line: object) => console.log(JSON.stringify(line));
const log = { info: () => {}, warn: () => {}, error: () => {} };

try {
  const options = JSON.parse(process.argv[2] ?? "{}");
  const { ownerUrl, adopted, version, stop } = await startEmbeddedPostgres({ ...options, log });
  say({ ownerUrl, adopted, version });
  process.stdin.once("end", () => void stop()).resume();
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  say({ code: error.code, message: error.message });
}
