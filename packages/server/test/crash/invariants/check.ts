import type pg from "pg";
import { billingInvariants } from "./billing.ts";
import { bookInvariants } from "./books.ts";
import { chargeInvariants } from "./charges.ts";
import type { Evidence, Invariant } from "./invariant.ts";
import { messageInvariants } from "./messages.ts";
import { moneyBackInvariants } from "./money-back.ts";
import { usageInvariants } from "./usage.ts";

const invariants = [
  ...usageInvariants,
  ...billingInvariants,
  ...chargeInvariants,
  ...moneyBackInvariants,
  ...bookInvariants,
  ...messageInvariants,
];

const SHOWN_MAX = 3;

/**
 * What the stored data breaks, in words; nothing when all is well. Everything is read from one
 * snapshot, so that it may be checked while the server works.
 */
export async function findBreaches(
  db: pg.Client,
  when: Invariant["when"],
  evidence: Evidence,
): Promise<string[]> {
  const breaches: string[] = [];
  await db.query("begin isolation level repeatable read read only");
  for (const invariant of invariants) {
    if (when === "always" && invariant.when === "settled") continue;
    if (invariant.given !== undefined && evidence[invariant.given] === null) continue;
    const { rows } = await db.query(invariant.breaches, valuesFor(invariant, evidence));
    if (rows.length > 0) breaches.push(told(invariant, rows));
  }
  await db.query("commit");
  return breaches;
}

function valuesFor({ given }: Invariant, evidence: Evidence): string[] {
  return given === undefined ? [] : [JSON.stringify(evidence[given])];
}

function told({ name }: Invariant, rows: readonly object[]): string {
  const shown = rows.slice(0, SHOWN_MAX).map((row) => JSON.stringify(row));
  const more = rows.length > SHOWN_MAX ? [`and ${rows.length - SHOWN_MAX} more`] : [];
  return [`not so: ${name}`, ...shown, ...more].join("\n  ");
}
