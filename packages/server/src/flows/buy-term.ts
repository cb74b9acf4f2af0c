import { advanceLines, wholly } from "#flows/close-periods/flat-lines.ts";
import { isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { draftInvoice, type Invoice } from "#modules/invoices/domain/index.ts";
import {
  isRunning,
  nextTerm,
  runningPeriod,
  type Subscription,
  termAdded,
} from "#modules/subscriptions/domain/index.ts";
import { updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { findAwaitedTerm, refuseAwaitedTerm } from "./awaited-term.ts";
import { billInvoices } from "./bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import { holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/** What goes on by itself does so at the end of its period, unless that is its end. */
function renewsItself(subscription: Subscription): BillingError {
  const { cancelsAtPeriodEnd: isEnding } = subscription;
  const isRenewed = isRunning(subscription) && !isEnding;
  return new BillingError("term_renews_itself", {
    renews_at: isRenewed ? isoInstant(runningPeriod(subscription).endMs) : null,
    allowed: isEnding ? ["undo the cancellation"] : [],
  });
}

export interface BoughtTerm {
  readonly subscription: Subscription;
  /** What it costs in advance; null when nothing. The term is added when it is paid. */
  readonly invoice: Invoice | null;
}

/**
 * Buys a further term of a subscription whose plan does not go on by itself: the one that follows the
 * running one and those bought before, so that nothing lies between them; or, once that is over, one that
 * begins now. Its card is charged once: where it declines the term is not bought, and its invoice is
 * void. Refuses with `subscription_transition_refused`, `term_renews_itself`, and with
 * `term_awaits_payment` while an earlier one is not decided.
 */
export async function buyTerm(engine: Engine, tx: Tx, key: OwnedId): Promise<BoughtTerm> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  const subject = await loadSubject(engine, tx, subscription);
  const { plan, customer } = subject;
  if (plan.lifecycle.renewal === "auto") throw renewsItself(subscription);
  const period = nextTerm(subscription, nowMs);
  refuseAwaitedTerm(await findAwaitedTerm(tx, { subscription, plan }));

  const { customerId } = subscription;
  const lines = advanceLines(subject.items, wholly(period));
  const draft = draftInvoice({
    customerId,
    id: engine.newId(),
    subscriptionId: subscription.id,
    reason: "term",
    currency: plan.currency,
    period,
    lines,
    issuedAtMs: nowMs,
  });
  const drafts = lines.length === 0 ? [] : [draft];
  const [invoice = null] = await billInvoices(
    engine,
    tx,
    drafts,
    new Map([[customerId, customer]]),
  );
  const isPaid = invoice === null || invoice.status === "paid";
  const after = isPaid ? termAdded(subscription, period.startMs) : subscription;
  await updateSubscriptions(tx, [after]);
  const told: BillingEventType[] = [
    ...(invoice === null ? [] : (["invoice.finalized"] as const)),
    ...(invoice?.status === "paid" ? (["invoice.paid"] as const) : []),
    ...(isPaid ? (["subscription.term_added"] as const) : []),
  ];
  const bought = { ...subject, subscription: after, invoice };
  await appendToOutbox(tx, billingEventsOf(engine, told, bought, nowMs));
  return { subscription: after, invoice };
}
