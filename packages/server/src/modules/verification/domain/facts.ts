import type { EpochMs, Period } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring } from "#kernel/interval.ts";
import type { Money } from "#kernel/money.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type {
  Collection,
  Computation,
  InvoiceReason,
  InvoiceStatus,
} from "#modules/invoices/domain/index.ts";
import type { Sha256 } from "#modules/ledger/domain/index.ts";
import type { Aggregation } from "#modules/metering/domain/index.ts";
import type { DisputeStatus, PaymentStatus, RefundStatus } from "#modules/payments/domain/index.ts";
import type { EventTally } from "#modules/rating/domain/index.ts";
import type {
  Rest,
  RunningPeriod,
  SubscriptionStatus,
} from "#modules/subscriptions/domain/index.ts";

/** Everything that is stored of some customers, from one snapshot. */
export interface Facts {
  readonly sha256: Sha256;
  readonly subscriptions: readonly SubscriptionFact[];
  readonly closes: readonly CloseFact[];
  readonly changes: readonly ChangeFact[];
  readonly counters: readonly CounterFact[];
  readonly usage: readonly UsageFact[];
  readonly metered: readonly MeteredFact[];
  readonly wrongValues: readonly WrongValueFact[];
  readonly invoices: readonly InvoiceFact[];
  readonly lines: readonly LineFact[];
  readonly billedItems: readonly BilledItemFact[];
  readonly tallies: readonly TallyFact[];
  readonly transfers: readonly TransferFact[];
  readonly heads: readonly HeadFact[];
  readonly payments: readonly PaymentFact[];
  readonly attempts: readonly AttemptFact[];
  readonly manualPayments: readonly ManualPaymentFact[];
  readonly creditNotes: readonly CreditNoteFact[];
  readonly refunds: readonly RefundFact[];
  readonly disputes: readonly DisputeFact[];
  readonly told: readonly ToldFact[];
  /** What the rail says of these customers, read after all the rest; null where it cannot be read. */
  readonly journal: JournalFact | null;
}

export interface SubscriptionFact extends OwnedId {
  readonly status: SubscriptionStatus;
  /** Null before the first period. */
  readonly anchoring: Anchoring | null;
  readonly period: RunningPeriod | null;
  readonly beganMs: EpochMs | null;
  readonly trialEndMs: EpochMs | null;
  /** Its pauses, with the one that runs. */
  readonly rests: readonly Rest[];
  /** Since when its terms hold; null from the first period on. */
  readonly termsSinceMs: EpochMs | null;
  /** What has to be paid before it is changed; null where nothing has. */
  readonly awaitedInvoiceId: bigint | null;
  readonly endedAtMs: EpochMs | null;
  readonly activatedAtMs: EpochMs | null;
  readonly canceledAtMs: EpochMs | null;
}

/** A change that was made to a subscription. */
export interface ChangeFact extends OwnedId {
  readonly subscriptionId: bigint;
  readonly atMs: EpochMs;
  /** Whether the terms before ended with it. */
  readonly isCut: boolean;
  readonly invoiceId: bigint | null;
  /** Since when the terms before held, and where their periods began. */
  readonly sinceMs: EpochMs;
  readonly anchoring: Anchoring;
}

export interface CloseFact {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly periodStartMs: EpochMs;
  readonly kind: InvoiceReason;
  readonly invoiceId: bigint | null;
}

/** What usage is counted under. */
export interface MeterKey {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  /** The meter's name, which is mostly its metric's. */
  readonly metric: string;
  readonly periodStartMs: EpochMs;
}

export interface CounterFact extends MeterKey {
  readonly quantity: Nanos;
  readonly eventCount: bigint;
  readonly billedQuantity: Nanos;
  /** Where it shows the latest event: when that occurred. */
  readonly reportedMs: EpochMs | null;
}

/** The events of one metric that were counted after as many closings of their period. */
export interface UsageFact extends MeterKey {
  readonly closings: number;
  readonly quantity: Nanos;
  readonly eventCount: bigint;
  /** When the earliest and the latest of them occurred. */
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

/** What events that were counted after as many closings of their period do to a meter. */
export interface MeteredFact extends MeterKey {
  readonly closings: number;
  readonly aggregation: Aggregation;
  /** The largest or the latest of them, where that is what the meter shows; else what they add. */
  readonly quantity: Nanos;
  readonly eventCount: bigint;
  /** Of a meter that shows the latest event: when that occurred. */
  readonly reportedMs: EpochMs | null;
}

/** A value of a unique count that is not kept as its events add it up; null where it is not there. */
export interface WrongValueFact extends MeterKey {
  readonly value: string;
  readonly kept: Nanos | null;
  readonly counted: Nanos | null;
}

export interface InvoiceFact extends OwnedId {
  readonly subscriptionId: bigint | null;
  readonly number: bigint;
  readonly status: InvoiceStatus;
  /** The first invoice number whose limits count it no more; null where it is not void. */
  readonly voidSinceNumber: bigint | null;
  readonly reason: InvoiceReason;
  readonly currency: string;
  readonly period: Period;
  readonly totalMinor: bigint;
  readonly creditAppliedMinor: bigint;
  readonly creditedMinor: bigint;
  readonly amountPaidMinor: bigint;
  readonly collection: Collection;
  readonly issuedAtMs: EpochMs;
  /** Null is at once, as it is issued. */
  readonly dueAtMs: EpochMs | null;
  /** When it was told that it is due and not paid. */
  readonly overdueAtMs: EpochMs | null;
  readonly paidAtMs: EpochMs | null;
}

export interface LineFact {
  readonly customerId: bigint;
  readonly invoiceId: bigint;
  readonly lineNumber: number;
  readonly kind: "flat" | "credit" | "usage" | "late_usage" | "minimum" | "maximum" | "one_off";
  readonly priceId: bigint | null;
  readonly metric: string | null;
  readonly description: string;
  readonly period: Period;
  readonly quantity: Nanos;
  readonly amountMinor: bigint;
  /** Null when what is stored cannot be read. */
  readonly computation: Computation | null;
}

/** A pending item that says that a line billed it. */
export interface BilledItemFact extends OwnedId {
  readonly invoiceId: bigint;
  readonly lineNumber: number;
  readonly quantity: Nanos;
  readonly unitAmount: Nanos;
  readonly currency: string;
}

/** What the events behind a usage line come to one by one, where its price asks for that. */
export interface TallyFact {
  readonly customerId: bigint;
  readonly invoiceId: bigint;
  readonly lineNumber: number;
  readonly all: EventTally;
  /** Of those that earlier lines were computed from. */
  readonly before: EventTally;
}

export interface TransferFact {
  readonly customerId: bigint;
  readonly sequence: bigint;
  readonly currency: string;
  readonly debitAccount: string;
  readonly creditAccount: string;
  readonly amountMinor: bigint;
  readonly sourceType: string;
  readonly sourceId: bigint;
  readonly occurredAtMs: EpochMs;
  readonly hash: Uint8Array;
}

/** Where a chain is said to end. */
export interface HeadFact {
  readonly customerId: bigint;
  readonly sequence: bigint;
  readonly hash: Uint8Array;
}

export interface PaymentFact extends OwnedId {
  /** Null for money that belongs to no invoice. */
  readonly invoiceId: bigint | null;
  readonly status: PaymentStatus;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly surplusMinor: bigint;
  readonly rail: string;
  readonly railRef: string | null;
  readonly attemptCount: number;
}

/** Money that came outside of any rail. */
export interface ManualPaymentFact extends OwnedId {
  readonly invoiceId: bigint;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly surplusMinor: bigint;
}

export interface CreditNoteFact extends OwnedId {
  readonly invoiceId: bigint;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly dueMinor: bigint;
  readonly balanceMinor: bigint;
  readonly refundMinor: bigint;
  readonly lines: readonly { readonly lineNumber: number; readonly amountMinor: bigint }[];
}

export interface AttemptFact {
  readonly customerId: bigint;
  readonly paymentId: bigint;
  readonly attemptNumber: number;
  readonly outcome: string | null;
}

/** Money of a payment that went the other way, or may. */
interface MoneyBackFact<Status> extends OwnedId {
  readonly paymentId: bigint;
  readonly status: Status;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly rail: string;
}

export interface RefundFact extends MoneyBackFact<RefundStatus> {
  /** The note that it pays out. */
  readonly creditNoteId: bigint | null;
  readonly railRef: string | null;
}

export type DisputeFact = MoneyBackFact<DisputeStatus>;

/** How many events of a type the log and the outbox hold of a customer. */
export interface ToldFact {
  readonly customerId: bigint;
  readonly type: string;
  readonly count: bigint;
}

/** The rail's own books. */
export interface JournalFact {
  readonly charges: readonly ChargeFact[];
  /** What the rail charges for an amount, as it counts; null when it cannot. */
  readonly chargedFor: (money: Money) => bigint | null;
  /** What it gives back for an amount of what was charged for `paidMinor`; null when it cannot. */
  readonly refundedFor: (money: Money, paidMinor: bigint) => bigint | null;
}

export interface ChargeFact {
  readonly ref: string;
  /** The rail's object that was charged. */
  readonly paymentRef: string;
  readonly customerId: bigint;
  /** Our own payment, as the rail was told; null when the payer paid on the rail's page. */
  readonly paymentId: bigint | null;
  /** In the units that the rail counts in. */
  readonly amount: bigint;
  /** ISO 4217. */
  readonly currency: string;
  readonly isSucceeded: boolean;
  /** What was given back of it, also what came back from the bank again. */
  readonly refunds: readonly GivenBackFact[];
}

export interface GivenBackFact {
  readonly ref: string;
  /** Our own refund, as the rail was told; null when somebody else made it there. */
  readonly madeFor: OwnedId | null;
  /** In the units that the rail counts in. */
  readonly amount: bigint;
}
