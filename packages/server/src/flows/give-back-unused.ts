import { type RestOfPeriod, unusedLine } from "#flows/change-subscription/change-lines.ts";
import { takeBackAwaited } from "#flows/change-subscription/take-back-awaited.ts";
import { holdInvoice } from "#flows/correct-invoice/held-invoice.ts";
import { issueCreditNote, refundableOf } from "#flows/correct-invoice/issue-credit-note.ts";
import { thereToRefund } from "#flows/money-back/refundable.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import {
  planUnusedNote,
  type RunningLine,
  type UnusedLine,
} from "#modules/invoices/domain/index.ts";
import {
  bookedPeriodOf,
  type Subscription,
  wholeBookedPeriodOf,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";
import { loadRunning } from "./given-back.ts";
import { loadSubject, type Subject } from "./load-subject.ts";

/** What is given back of time that was charged for, from when on, where to and why. */
export interface GivingBack {
  readonly to: "nothing" | "credit" | "refund";
  readonly atMs: EpochMs;
  /** As its credit notes say it. */
  readonly reason: string;
}

/**
 * Gives back, by credit notes, what was charged in advance to a subscription that this transaction holds
 * for time from an instant on: off what is still due of its invoices, then to where it is asked for. Of
 * each line no more than was kept of it. Answers the subscription as it is then. Refuses with
 * `payment_under_way` while one of the invoices is being charged.
 */
export async function giveBackUnused(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  { to, atMs, reason }: GivingBack,
): Promise<Subscription> {
  if (to === "nothing" || subscription.period === null) return subscription;
  const subject = await loadSubject(engine, tx, subscription);
  const held = await withoutAwaited(engine, tx, subscription, subject);
  const { customerId, id: subscriptionId } = held;
  const lines = await loadRunning(tx, [{ customerId, subscriptionId, atMs }]);
  const unused = lines.flatMap((line) => unusedOf(line, subject, held, atMs));
  for (const ofInvoice of groupBy(unused, invoiceOf).values()) {
    const { invoiceId } = present(ofInvoice[0], "a group is of something").computation;
    const invoice = await holdInvoice(engine, tx, { customerId, id: invoiceId });
    const there = await thereToRefund(tx, invoice.invoice);
    const facts = { invoice: invoice.invoice, refundableMinor: refundableOf(there) };
    const plan = planUnusedNote(facts, ofInvoice, to === "refund" ? "refund" : "balance");
    await issueCreditNote(engine, tx, invoice, { plan, reason, there });
  }
  return getSubscription(tx, held);
}

/** What would charge for a change that is not made any more charges for nothing. */
async function withoutAwaited(
  engine: Engine,
  tx: Tx,
  before: Subscription,
  { customer, plan }: Subject,
): Promise<Subscription> {
  if (before.awaitedChange === null) return before;
  const after = { ...before, awaitedChange: null };
  await updateSubscriptions(tx, [after]);
  await takeBackAwaited(engine, tx, { before, after, customer, plan });
  return after;
}

function unusedOf(
  line: RunningLine,
  { plan }: Subject,
  subscription: Subscription,
  atMs: EpochMs,
): UnusedLine[] {
  const rest = restAfter(subscription, atMs);
  const { amountMinor, computation } = unusedLine(line, plan.currency, rest, "now_prorated");
  if (amountMinor === 0n || computation.type !== "credit") return [];
  return [{ amountMinor: -amountMinor, computation }];
}

function restAfter(subscription: Subscription, atMs: EpochMs): RestOfPeriod {
  const { endMs } = bookedPeriodOf(subscription);
  return {
    rest: { startMs: atMs, endMs },
    whole: wholeBookedPeriodOf(subscription),
    timeZone: subscription.timeZone,
  };
}

function invoiceOf({ computation }: UnusedLine): bigint {
  return computation.invoiceId;
}
