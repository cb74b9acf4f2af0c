import { settlePayment } from "#flows/settle-payment/settle-payment.ts";
import { present } from "#kernel/assert.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { findAttempt, type Payment, type PaymentAttempt } from "#modules/payments/domain/index.ts";
import {
  type Confirmation,
  type DuePayment,
  extendLease,
  findDefaultPaymentMethod,
  findMethodRef,
  findRailCustomer,
  keepRailRef,
  leasePayment,
  listAttempts,
  type Rail,
  startAttempt,
} from "#modules/payments/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";

export interface Collecting {
  readonly engine: Engine;
  readonly db: Database;
  /** The rail of a project's side. */
  readonly rails: (projectId: number) => Rail;
  /**
   * How long an attempt keeps others away, by the wall clock; after it they look what became of it.
   * It need not be longer than an attempt takes: the rail charges once, however many ask.
   */
  readonly leaseMs: number;
  /** How long a payment rests when the rail's answer is not known. */
  readonly restMs: number;
  /**
   * Whether all of it is undone afterwards. An attempt of somebody else, who will never see this one, is
   * then taken over whenever it was begun, and nobody is waited for.
   */
  readonly isSupposed: boolean;
}

/** What came of trying to collect a payment. */
export type Collected =
  | { readonly type: "settled"; readonly payment: Payment }
  /** The outcome is not known; the rail is asked again when the payment has rested. */
  | { readonly type: "unknown"; readonly reason: string }
  /** Somebody else has it, or has just finished with it. */
  | { readonly type: "taken" };

/**
 * Tries to collect a payment that is due. The attempt is stored before the rail is asked, the rail
 * is asked outside of any transaction, and what it says is written in a second one. Whatever breaks
 * off in between is taken up again from there: the rail's own payment is made once, its reference
 * is kept before it is first confirmed, and an attempt without an answer is looked up, never made
 * anew. One that the rail has canceled fails its attempt, and only the next attempt makes another.
 */
export async function collectPayment(collecting: Collecting, due: DuePayment): Promise<Collected> {
  const { engine, db } = collecting;
  const begun = await db.ofCustomer(due, (tx) => beginAttempt(collecting, tx, due));
  if (begun === null) return { type: "taken" };
  faultPoint("payment.begun");

  const answer = await attempted(collecting, begun);
  if (answer.type === "unknown") {
    const untilMs = engine.clock.now() + collecting.restMs;
    await db.ofCustomer(due, (tx) => extendLease(tx, due, untilMs));
    return answer;
  }
  faultPoint("payment.charged");

  const { chargeRef, ...outcome } = answer;
  const { attemptNumber } = begun.attempt;
  const payment = await db.ofCustomer(due, (tx) =>
    settlePayment(engine, tx, { payment: due, attemptNumber, outcome, chargeRef }),
  );
  faultPoint("payment.committed");
  return { type: "settled", payment };
}

/** An attempt that is stored and not settled: this process's own, or one that was broken off. */
interface BegunAttempt {
  readonly projectId: number;
  readonly payment: Payment;
  readonly attempt: PaymentAttempt;
  readonly isResumed: boolean;
  /** What is charged; null when there is no card. */
  readonly card: { readonly methodRef: string; readonly customerRef: string } | null;
  readonly knownChargeRefs: ReadonlySet<string>;
}

async function beginAttempt(
  { engine, leaseMs, isSupposed }: Collecting,
  tx: Tx,
  due: OwnedId,
): Promise<BegunAttempt | null> {
  const wallNowMs = engine.clock.now();
  const customer = await getCustomer(tx, due.customerId);
  const customerNowMs = customerNow(customer, wallNowMs);
  const untilMs = wallNowMs + leaseMs;
  const instants = { customerNowMs, wallNowMs, untilMs };
  const payment = await leasePayment(tx, due, instants, { takesOver: isSupposed });
  if (payment === null) return null;

  const attempts = await listAttempts(tx, payment);
  const brokenOff = attempts.find(({ settledAtMs }) => settledAtMs === null);
  const attempt = brokenOff ?? (await newAttempt(tx, payment, customerNowMs));
  return {
    projectId: tx.projectId,
    payment,
    attempt,
    isResumed: brokenOff !== undefined,
    card: await cardOf(tx, payment, attempt),
    knownChargeRefs: new Set(attempts.flatMap(({ chargeRef }) => chargeRef ?? [])),
  };
}

async function newAttempt(tx: Tx, payment: Payment, nowMs: number): Promise<PaymentAttempt> {
  const method = await findDefaultPaymentMethod(tx, payment.customerId);
  return startAttempt(tx, payment, method?.id ?? null, nowMs);
}

async function cardOf(tx: Tx, { customerId, rail }: Payment, { paymentMethodId }: PaymentAttempt) {
  if (paymentMethodId === null) return null;
  const because = "a card is saved with a customer of the rail, and both are kept";
  return {
    methodRef: present(await findMethodRef(tx, { customerId, id: paymentMethodId }), because),
    customerRef: present(await findRailCustomer(tx, customerId, rail), because),
  };
}

/** Finds out how the attempt ended, or makes it. */
async function attempted(collecting: Collecting, begun: BegunAttempt): Promise<Confirmation> {
  const { payment, attempt, card } = begun;
  if (card === null) return declined("no_payment_method");
  const rail = collecting.rails(begun.projectId);
  const isUnseen = payment.railRef === null;
  const opened = isUnseen
    ? await openAtRail(collecting, rail, begun, card.customerRef)
    : ({ type: "ok", ref: payment.railRef } as const);
  if (opened.type !== "ok") return opened;

  if (begun.isResumed && !isUnseen) {
    const answer = await foundOut(rail, opened.ref, begun.knownChargeRefs);
    faultPoint("payment.looked_up");
    if (answer !== "not_happened") return answer;
  }
  const key = `${formatOwnedId("payment", payment)}:${attempt.attemptNumber}`;
  return rail.confirmPayment(opened.ref, card.methodRef, key);
}

/**
 * Has the rail make its payment, or finds the one that it made before its answer was lost, and
 * keeps the reference. Only a kept reference is ever confirmed, so a second one could never charge.
 */
async function openAtRail(
  { db }: Collecting,
  rail: Rail,
  { projectId, payment, attempt, isResumed }: BegunAttempt,
  customerRef: string,
): Promise<
  { readonly type: "ok"; readonly ref: string } | Exclude<Confirmation, { type: "succeeded" }>
> {
  const key = formatOwnedId("payment", payment);
  const found = isResumed ? await rail.findPayment(customerRef, key) : null;
  if (found !== null && found.type === "unknown") return found;
  const lost = found?.type === "ok" ? found.value : null;
  const { amountMinor, currency } = payment;
  const invoiceId = present(payment.invoiceId, "what is collected is owed");
  const description = formatOwnedId("invoice", { ...payment, id: invoiceId });
  const generation = String(attempt.attemptNumber);
  const request = { key, generation, customerRef, amountMinor, currency, description };
  const answer =
    lost === null ? await rail.openPayment(request) : ({ type: "ok", value: lost } as const);
  if (answer.type === "unknown") return answer;
  if (answer.type === "refused") return declined(answer.code);
  faultPoint("payment.opened");
  const ref = await db.ofCustomer({ ...payment, projectId }, (tx) =>
    keepRailRef(tx, payment, answer.value.ref),
  );
  faultPoint("payment.reference_kept");
  return { type: "ok", ref };
}

/** Asks the rail what became of an attempt that was begun and never heard of again. */
async function foundOut(
  rail: Rail,
  ref: string,
  knownChargeRefs: ReadonlySet<string>,
): Promise<Confirmation | "not_happened"> {
  const answer = await rail.retrievePayment(ref);
  if (answer.type === "unknown") return answer;
  if (answer.type === "refused") return { type: "unknown", reason: `not shown: ${answer.code}` };
  const finding = findAttempt(answer.value, knownChargeRefs);
  if (finding.type === "not_happened") return "not_happened";
  if (finding.type === "undecided") return { type: "unknown", reason: "the bank has not answered" };
  return { ...finding.outcome, chargeRef: answer.value.latestChargeRef };
}

function declined(code: string) {
  return { type: "declined", code, chargeRef: null } as const;
}
