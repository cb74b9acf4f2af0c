import type { Finding } from "#modules/verification/domain/breach.ts";
import type { Facts } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { customerName } from "#modules/verification/domain/names.ts";

export const happeningsAreToldOnce: Invariant = {
  name: "happenings_are_told_once",
  states: "The event log and the outbox tell as much as happened, each thing once.",
  find: (facts) =>
    pairs(happened(facts), tallyKey, facts.told, tallyKey).flatMap(({ left, right }) =>
      compare(
        left,
        sumOf(right, ({ count }) => count),
        right[0],
      ),
    ),
};

interface Happening {
  readonly customerId: bigint;
  readonly type: string;
}

const COUNTED = new Set([
  "subscription.created",
  "subscription.activated",
  "subscription.canceled",
  "invoice.finalized",
  "invoice.paid",
  "invoice.voided",
  "invoice.overdue",
  "credit_note.created",
  "payment.recorded",
  "payment.succeeded",
  "payment.refunded",
  "dispute.opened",
]);

function happened(facts: Facts): Happening[] {
  const { subscriptions, invoices, payments, transfers, disputes } = facts;
  const of = (type: string, owned: readonly { readonly customerId: bigint }[]) =>
    owned.map(({ customerId }) => ({ customerId, type }));
  return [
    ...of("subscription.created", subscriptions),
    ...of("subscription.activated", subscriptions.filter(isActivated)),
    ...of(
      "subscription.canceled",
      subscriptions.filter(({ status }) => status === "canceled"),
    ),
    ...of("invoice.finalized", invoices),
    ...of(
      "invoice.paid",
      invoices.filter(({ status }) => status === "paid"),
    ),
    ...of(
      "invoice.voided",
      invoices.filter(({ status }) => status === "void"),
    ),
    ...of(
      "invoice.overdue",
      invoices.filter(({ overdueAtMs }) => overdueAtMs !== null),
    ),
    ...of("credit_note.created", facts.creditNotes),
    ...of("payment.recorded", facts.manualPayments),
    // What came for nothing is told of when it is given back.
    ...of(
      "payment.succeeded",
      payments.filter(({ status, invoiceId }) => status === "succeeded" && invoiceId !== null),
    ),
    // A refund that came back from the bank was told of too: the books know how often money went out.
    ...of(
      "payment.refunded",
      transfers.filter(
        ({ sourceType, creditAccount }) =>
          sourceType === "refund" && creditAccount.startsWith("rail:"),
      ),
    ),
    ...of("dispute.opened", disputes),
  ];
}

function isActivated({ activatedAtMs }: Facts["subscriptions"][number]): boolean {
  return activatedAtMs !== null;
}

function tallyKey({ customerId, type }: Happening): string {
  return `${customerId}:${type}`;
}

function compare(
  happenings: readonly Happening[],
  told: bigint,
  first: Happening | undefined,
): Finding[] {
  const named = happenings[0] ?? first;
  if (named === undefined || !COUNTED.has(named.type)) return [];
  if (told === BigInt(happenings.length)) return [];
  return [
    {
      ...customerName(named.customerId),
      expected: `${happenings.length} × ${named.type}`,
      found: `${told} × ${named.type}`,
    },
  ];
}
