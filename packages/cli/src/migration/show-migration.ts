import { type Alignment, grouped, tableLines } from "../terminal/table.ts";
import type {
  ImpactWire,
  MigratedSubscriptionWire,
  MigrationWire,
  ProgressCount,
  UsageImpactWire,
} from "./migration-wire.ts";

const HEAD = [
  "subscription",
  "customer",
  "per period",
  "then",
  "credited",
  "charged",
  "billed",
  "",
];

const COLUMNS: readonly Alignment[] = [
  "left",
  "left",
  "right",
  "right",
  "right",
  "right",
  "right",
  "right",
  "right",
  "left",
];

/** What a migration comes to: some of its subscriptions, and all of them together. */
export function impactLines(
  migration: MigrationWire,
  subscriptions: readonly MigratedSubscriptionWire[],
): string[] {
  const rows = subscriptions.map((row) => [
    row.subscription,
    row.customer_name,
    ...amountsOf(row.impact, row.impact?.usage ?? null),
    row.code ?? row.impact?.currency ?? "",
  ]);
  const more = migration.progress.total - subscriptions.length;
  const totals = (migration.totals ?? []).map((total) => [
    `${grouped(total.subscriptions)} together`,
    "",
    ...amountsOf(total, { before: total.usage_before, after: total.usage_after }),
    total.currency,
  ]);
  const rest = more > 0 ? [[`… and ${grouped(more)} more`, ...HEAD.slice(1).map(() => "")]] : [];
  return [headline(migration), ...tableLines([HEAD, ...rows, ...rest, ...totals], COLUMNS)];
}

function amountsOf(impact: ImpactWire | null, usage: UsageImpactWire | null): string[] {
  if (impact === null) return ["", "", "", "", "", "", ""];
  const { before, after, credited, charged, accrued } = impact;
  const used = usage === null ? ["", ""] : [grouped(usage.before), grouped(usage.after)];
  return [grouped(before), grouped(after), ...used, ...[credited, charged, accrued].map(grouped)];
}

function headline({ id, plan, from_version, to_version, when, status }: MigrationWire): string {
  const from = from_version === null ? "older versions" : `version ${from_version}`;
  const time = when === "now" ? "at once" : "with each one's next period";
  return `${id}: ${plan} from ${from} to version ${to_version}, ${time} (${status})`;
}

const WORDS: Readonly<Partial<Record<ProgressCount, string>>> = {
  moved: "hold the other version, or will with their next period",
  skipped: "cannot be moved as they are",
  failed: "ran into a defect: the server's log says more",
  returned: "are as they were before",
  kept: "could not be returned",
  left: "wait",
};

/** How far a migration is. */
export function progressLines(migration: MigrationWire): string[] {
  const counts = Object.entries(WORDS) as [ProgressCount, string][];
  const said = counts.filter(([count]) => migration.progress[count] > 0);
  return [
    headline(migration),
    ...tableLines(
      said.map(([count, words]) => [grouped(migration.progress[count]), words]),
      ["right", "left"],
    ),
  ];
}
