/** One line of what the bench prints. */
export interface Figure {
  /** `ingest.single`. */
  readonly figure: string;
  /** What was measured, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** Against its denominator, which was measured in the same run; null where there is none. */
  readonly ratio: number | null;
  /** What the ratio has to be, null for a figure that is shown and not judged. */
  readonly goal: number | null;
  readonly bound: Bound;
  readonly holds: boolean;
}

type Bound = "at_least" | "at_most";

export interface Measurement {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** What `value` is compared with, in the same unit. */
  readonly denominator?: number;
  readonly goal?: number;
  /** `at_least` if left out. */
  readonly bound?: Bound;
}

export function figureOf(measured: Measurement): Figure {
  const { figure, value, unit, denominator, goal = null, bound = "at_least" } = measured;
  const ratio = denominator === undefined ? null : rounded(value / denominator, 3);
  return {
    figure,
    value: rounded(value, value < 100 ? 2 : 0),
    unit,
    ratio,
    goal,
    bound,
    holds: goal === null || holdsTo(ratio ?? Number.NaN, goal, bound),
  };
}

function holdsTo(ratio: number, goal: number, bound: Bound): boolean {
  return bound === "at_least" ? ratio >= goal : ratio <= goal;
}

function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that so great a share of them does not pass. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

const HEADINGS = ["figure", "value", "unit", "ratio", "goal", ""];

/** A table for people. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ figure, value, unit, ratio, goal, bound, holds }) => [
    figure,
    value.toLocaleString("en"),
    unit,
    ratio === null ? "" : ratio.toFixed(3),
    goal === null ? "" : `${bound === "at_least" ? "≥" : "≤"} ${goal.toFixed(2)}`,
    goal === null ? "" : holds ? "holds" : "FALLS SHORT",
  ]);
  const lines = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) => alignedLine(line, widths)).join("\n");
}

/** Names and units start on one line, numbers end on one. */
function alignedLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 1 || column === 3 ? cell.padStart(width) : cell.padEnd(width);
    })
    .join("  ")
    .trimEnd();
}
