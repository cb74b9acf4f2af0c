import type { Engine } from "#flows/engine.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { formatMinor, minorToNanos } from "#kernel/money.ts";
import { formatNanos, unitsToNanos } from "#kernel/nanos.ts";
import {
  amountRemainingMinor,
  type Invoice,
  paidWith,
  refuseUnlessAllowed,
} from "#modules/invoices/domain/index.ts";
import type { ManualPayment, ManualPaymentMethod } from "#modules/payments/domain/index.ts";
import { findManualPayment, insertManualPayment } from "#modules/payments/index.ts";
import { awaitsInvoice } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { commitCorrection } from "./commit-correction.ts";
import { type HeldInvoice, holdInvoice } from "./held-invoice.ts";

/** As much as a price: more is a slip of the pen, which could be spent as credit before it is seen. */
const SURPLUS_BELOW = unitsToNanos(10n ** 12n);

/** Money that came for an invoice, by the operator's word. */
export interface ReceivedMoney {
  readonly amountMinor: bigint;
  readonly method: ManualPaymentMethod;
  /** The operator's own name for it. */
  readonly reference: string;
  /** Null for now. */
  readonly paidAtMs: EpochMs | null;
  /** Whether what is more than due becomes the customer's credit; else it is refused. */
  readonly keepsSurplus: boolean;
}

/**
 * Records money that came for an invoice outside of any rail: all that is due, or a part. Recorded again
 * with the same reference it is the same payment. Refuses with `payment_too_large` what is more than due and
 * a surplus too large to be kept, with `change_awaits_payment` a part of what a change awaits, with
 * `payment_reference_reused` a reference of another payment, with `time_invalid` a time to come, and like
 * `holdInvoice`.
 */
export async function payInvoice(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  received: ReceivedMoney,
): Promise<ManualPayment> {
  const known = await findManualPayment(tx, key.customerId, received.reference);
  if (known !== null) return sameOrRefused(known, key, received);
  const held = await holdInvoice(engine, tx, key);
  const first = await findManualPayment(tx, key.customerId, received.reference);
  if (first !== null) return sameOrRefused(first, key, received);
  refuseUnlessAllowed(held.invoice, "pay");
  const { amountMinor } = received;
  const { invoice, surplusMinor } = paidWith(held.invoice, amountMinor, held.nowMs);
  refuseSurplus(held, received, surplusMinor);
  refusePartOfChange(held, invoice);

  const payment = newPayment(engine, held, received, surplusMinor);
  await insertManualPayment(tx, payment);
  const source = {
    debitAccount: "bank",
    sourceType: "manual_payment",
    sourceId: payment.id,
  } as const;
  await commitCorrection(engine, tx, held, {
    invoice,
    told: "payment.recorded",
    also: { manualPayment: payment },
    moves: [
      { ...source, creditAccount: "receivable", amountMinor: amountMinor - surplusMinor },
      { ...source, creditAccount: "customer_credit", amountMinor: surplusMinor },
    ],
  });
  return payment;
}

function sameOrRefused(
  before: ManualPayment,
  { id }: OwnedId,
  { amountMinor, method }: ReceivedMoney,
): ManualPayment {
  const isSame =
    before.invoiceId === id && before.amountMinor === amountMinor && before.method === method;
  if (isSame) return before;
  throw new BillingError("payment_reference_reused", {
    manual_payment: formatOwnedId("manualPayment", before),
  });
}

function refuseSurplus(
  { invoice }: HeldInvoice,
  { keepsSurplus }: ReceivedMoney,
  surplusMinor: bigint,
): void {
  if (surplusMinor === 0n) return;
  if (keepsSurplus && minorToNanos(surplusMinor, invoice.currency) < SURPLUS_BELOW) return;
  throw new BillingError("payment_too_large", {
    amount_remaining: formatMinor(amountRemainingMinor(invoice), invoice.currency),
    ...(keepsSurplus && { surplus_below: formatNanos(SURPLUS_BELOW) }),
  });
}

/** What a change awaits is paid in full or not at all: else it could not be taken back. */
function refusePartOfChange({ subscription }: HeldInvoice, invoice: Invoice): void {
  if (invoice.status === "paid" || !awaitsInvoice(subscription, invoice)) return;
  throw new BillingError("change_awaits_payment", {
    invoice: formatOwnedId("invoice", invoice),
    allowed: "all that is due",
  });
}

function newPayment(
  { newId }: Engine,
  { invoice, nowMs }: HeldInvoice,
  received: ReceivedMoney,
  surplusMinor: bigint,
): ManualPayment {
  const paidAtMs = received.paidAtMs ?? nowMs;
  if (paidAtMs > nowMs) throw new BillingError("time_invalid", { because: "It is in the future." });
  const { customerId, id: invoiceId, currency } = invoice;
  const { amountMinor, method, reference } = received;
  const owner = { customerId, id: newId(), invoiceId };
  return {
    ...owner,
    reference,
    method,
    currency,
    amountMinor,
    surplusMinor,
    paidAtMs,
    createdAtMs: nowMs,
  };
}
