import type { Simulation } from "./cast.ts";
import { inWords } from "./history.ts";
import type { Shrunk } from "./shrink.ts";

/** The shortest failing history as lines of text, with the command that plays it again. */
export function historyLines(
  { seed, subscriptions, years }: Simulation,
  { life, failure }: Shrunk,
): string[] {
  const numbers = life.steps.map(({ number }) => number);
  return [
    `Customer ${life.number}, in ${life.timeZone}:`,
    ...life.steps.map((step) => `  ${step.number}  ${inWords(step)}`),
    `and by ${new Date(failure.atMs).toISOString()}:`,
    failure.words,
    "",
    "Play it again:",
    `  npm run simulate -- --seed ${seed} --subscriptions ${subscriptions} --years ${years} ` +
      `--life ${life.number} --steps ${numbers.join(",")}`,
  ];
}
