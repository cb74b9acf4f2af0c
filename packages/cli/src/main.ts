#!/usr/bin/env node
import { CommanderError } from "commander";
import {
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  EXIT_USAGE,
  explainFailure,
  UsageFailure,
} from "./failure.ts";
import { Interrupted } from "./interrupt.ts";
import { createProgram } from "./program.ts";
import { colorsFor } from "./terminal/colors.ts";

/** Runs the command of these arguments and answers the exit code. */
async function run(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  // Commander has said by itself what was wrong with the arguments, or shown its help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof Interrupted) return EXIT_INTERRUPTED;
  const { bad } = colorsFor(process.stderr);
  const [first = "", ...rest] = explainFailure(error);
  console.error([bad(first), ...rest].join("\n"));
  return error instanceof UsageFailure ? EXIT_USAGE : EXIT_FAILED;
}

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2));
