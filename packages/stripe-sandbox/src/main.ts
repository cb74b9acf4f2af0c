#!/usr/bin/env node
import { ArgumentError, help, readArguments } from "./command/arguments.ts";
import { announcement, serve } from "./command/serve.ts";

/** Runs the command until it is told to stop, and answers the exit code. */
async function run(words: readonly string[]): Promise<number> {
  const wanted = readArguments(words);
  if (wanted === null) {
    process.stdout.write(help);
    return 0;
  }
  // Before the announcement, so that whoever reads it may stop the process at once.
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  const served = await serve(wanted);
  process.stdout.write(announcement(served, wanted));
  await stopped;
  await served.close();
  return 0;
}

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`farthing-stripe-sandbox: ${(error as Error).message}\n`);
  return error instanceof ArgumentError ? 2 : 1;
});
