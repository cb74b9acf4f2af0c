import type { Colors } from "./colors.ts";
import { grouped } from "./table.ts";

/** Something that does not hold. */
export interface BreachShown {
  readonly invariant: string;
  readonly kind: string;
  readonly id: string;
  readonly expected: string;
  readonly found: string;
}

/** What a verification found. */
export interface Findings {
  /** The first of them. */
  readonly breaches: readonly BreachShown[];
  /** All of them, by invariant. */
  readonly counts: Readonly<Record<string, number>>;
  /** How much was looked at, by what it is. */
  readonly checked: Readonly<Record<string, number>>;
}

export function breachCountOf({ counts }: Pick<Findings, "counts">): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Adds up counts by their names. */
export function addCounts(
  totals: Record<string, number>,
  more: Readonly<Record<string, number>>,
): void {
  for (const [name, count] of Object.entries(more)) totals[name] = (totals[name] ?? 0) + count;
}

/** A line for each breach that is named, how many there are, and what was looked at. */
export function findingLines(findings: Findings, { bad, good, quiet }: Colors): string[] {
  const { breaches, counts, checked } = findings;
  const looked = Object.entries(checked).map(
    ([what, count]) => `${grouped(count)} ${wordsOf(what)}`,
  );
  const lookedAt = quiet(`Looked at ${looked.join(", ")}.`);
  const breachCount = breachCountOf(findings);
  if (breachCount === 0) return [good("Everything holds."), lookedAt];
  const more = breachCount - breaches.length;
  return [
    ...breaches.map(
      ({ invariant, kind, id, expected, found }) =>
        `${bad(invariant)}  ${kind} ${id}  expected: ${expected}  found: ${found}`,
    ),
    ...(more === 0 ? [] : [`and ${grouped(more)} more`]),
    "",
    bad(`${grouped(breachCount)} things do not hold:`),
    ...Object.entries(counts).map(([invariant, count]) => `  ${grouped(count)} × ${invariant}`),
    lookedAt,
  ];
}

/** `usageEvents` and `usage_events` are usage events. */
function wordsOf(name: string): string {
  return name.replaceAll("_", " ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
