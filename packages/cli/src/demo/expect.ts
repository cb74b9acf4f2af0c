import { CommandFailure } from "../failure.ts";

/** Ends the demo with one clear line when a figure is not what it has to be. */
export function expectFigure(what: string, actual: unknown, expected: unknown): void {
  if (String(actual) === String(expected)) return;
  throw new CommandFailure(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}
