import type { Simulation } from "./cast.ts";
import { inWords } from "./history.ts";
import type { Shrunk } from "./shrink.ts";

/** A seed that was played to its end without a difference. */
export interface Summed {
  readonly seed: number;
  readonly bills: number;
  readonly charges: number;
  readonly seconds: number;
}

/** `20 seeds × 1,000 subscriptions × 3 years: …`, to be told elsewhere as it stands. */
export function summary(
  clean: readonly Summed[],
  { subscriptions, years }: Pick<Simulation, "subscriptions" | "years">,
): string {
  const all = (count: (one: Summed) => number) =>
    clean.reduce((sum, one) => sum + count(one), 0).toLocaleString("en");
  const seeds = clean.map(({ seed }) => seed).toSorted((one, other) => one - other);
  return [
    `${clean.length} seeds × ${subscriptions.toLocaleString("en")} subscriptions × ${years} years: clean`,
    `${all(({ bills }) => bills)} invoices, ${all(({ charges }) => charges)} charges, ` +
      `${all(({ seconds }) => seconds)} s`,
    `seeds ${seeds.join(" ")}`,
  ].join("\n");
}

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
