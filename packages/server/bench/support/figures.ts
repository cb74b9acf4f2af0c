/** One line of what the bench prints. */
export interface Figure {
  /** `ingest.single`. */
  readonly figure: string;
  /** What was measured, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** Against its denominator, which was measured in the same run. */
  readonly ratio: number;
  /** What the ratio has to be at least. */
  readonly goal: number;
  readonly holds: boolean;
}

export type Measurement = Omit<Figure, "ratio" | "holds"> & {
  /** What `value` is compared with, in the same unit. */
  readonly denominator: number;
};

export function figureOf({ denominator, ...measured }: Measurement): Figure {
  const ratio = Math.round((measured.value / denominator) * 1000) / 1000;
  return { ...measured, value: Math.round(measured.value), ratio, holds: ratio >= measured.goal };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const HEADINGS = ["figure", "value", "unit", "ratio", "goal", ""];

/** A table for people. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ figure, value, unit, ratio, goal, holds }) => [
    figure,
    value.toLocaleString("en"),
    unit,
    ratio.toFixed(3),
    `≥ ${goal.toFixed(2)}`,
    holds ? "holds" : "FALLS SHORT",
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
