/** How a column stands. Figures stand right, so that their digits line up. */
export type Alignment = "left" | "right";

/** Rows as lines of text, two spaces between columns. The last column is not padded. */
export function tableLines(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  const widths = alignments.map((_, column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return alignments[column] === "right" ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** `1234567.5` as `1,234,567.5`. */
export function grouped(decimal: string | number | bigint): string {
  const [whole = "", ...fraction] = String(decimal).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}
