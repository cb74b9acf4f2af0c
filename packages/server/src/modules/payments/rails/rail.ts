import type { EpochMs } from "#kernel/clock.ts";
import type { Money } from "#kernel/money.ts";
import type {
  RailDispute,
  RailName,
  RailPayment,
  RailRefund,
} from "#modules/payments/domain/index.ts";

/**
 * What the rail answered. `refused` is a decision that asking again does not change; `unknown`
 * means that nobody can tell whether it was done: ask the rail about it, never assume.
 */
export type RailAnswer<Value> =
  | { readonly type: "ok"; readonly value: Value }
  | { readonly type: "refused"; readonly code: string; readonly message: string }
  | RailUnknown;

export interface RailUnknown {
  readonly type: "unknown";
  /** For the log. */
  readonly reason: string;
}

/** How a confirmation ended. `chargeRef` is the rail's record of the try, where it made one. */
export type Confirmation =
  | { readonly type: "succeeded"; readonly chargeRef: string | null }
  | { readonly type: "declined"; readonly code: string; readonly chargeRef: string | null }
  | { readonly type: "needs_action"; readonly code: string; readonly chargeRef: string | null }
  | RailUnknown;

export interface RailPaymentMethod {
  readonly ref: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
}

export interface RailCheckout {
  readonly ref: string;
  /** Our own id of the checkout, as it was given to the rail. */
  readonly madeFor: string | null;
  readonly status: "open" | "completed" | "expired";
  /** Where the payer goes; null once the visit is over. */
  readonly url: string | null;
  /** The card that was used; null before the visit is completed. */
  readonly paymentMethodRef: string | null;
  /** The payment that was made on the page; null in setup mode. */
  readonly payment: RailPayment | null;
}

/**
 * A notice whose signature was right. It is a hint to look at the object, never the truth itself.
 */
export interface RailNotice {
  readonly id: string;
  /** In the rail's own words. */
  readonly type: string;
  /** What has to be looked at for it; null for what this product does not follow. */
  readonly about: "payment" | "checkout" | "refund" | "dispute" | "card" | null;
  readonly objectRef: string;
}

/** A charge that succeeded, as the rail's own journal has it. */
export interface RailCharge extends Money {
  readonly ref: string;
  readonly paymentRef: string | null;
  /** Our own id of what it was made for; null for a charge that is none of ours. */
  readonly madeFor: string | null;
  readonly createdMs: EpochMs;
}

/** Some of a journal, by the instant at which each entry was made. */
export interface JournalRange {
  /** Included; whole seconds count. */
  readonly fromMs: EpochMs;
  /** Not included. */
  readonly toMs: EpochMs;
  /** The entry after which to go on; null to begin. */
  readonly after: string | null;
}

export interface JournalPage<Entry> {
  readonly entries: readonly Entry[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
}

export interface RefundRequest extends Money {
  /** Our own id of the refund. */
  readonly key: string;
  readonly paymentRef: string;
  /** What its payment collected in all. */
  readonly paidMinor: bigint;
}

export interface CheckoutRequest {
  /** Our own id of the checkout. */
  readonly key: string;
  /** Which session of the checkout it is: sent again with the same one, the same session comes back. */
  readonly generation: string;
  readonly customerRef: string;
  /** Where the payer comes back to; the rail adds its own reference. */
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly currency: string;
  /** What is to be paid; null to save a card only. */
  readonly payment: CheckoutPayment | null;
}

/** What is to be paid on a page of the rail. */
export interface CheckoutPayment {
  readonly amountMinor: bigint;
  readonly description: string;
  /** Whether the card is kept to be charged again. */
  readonly keepsCard: boolean;
}

/**
 * A payment provider. It is asked outside of every transaction. Nothing here throws for what a
 * provider does: its failures are values. Every write carries a key of ours, so that sending it
 * again does not do it again.
 */
export interface Rail {
  readonly name: RailName;

  /** `key` is our own id of the customer. */
  ensureCustomer(customer: {
    readonly key: string;
    readonly name: string;
    readonly email: string | null;
  }): Promise<RailAnswer<{ readonly ref: string }>>;

  openCheckout(request: CheckoutRequest): Promise<RailAnswer<RailCheckout>>;
  retrieveCheckout(ref: string): Promise<RailAnswer<RailCheckout>>;

  /**
   * Saves what a token of the rail stands for. A card that its bank refuses is `refused`. `key`
   * names the request: sent again with the same one, the same card comes back.
   */
  attachPaymentMethod(
    customerRef: string,
    token: string,
    key: string,
  ): Promise<RailAnswer<RailPaymentMethod>>;
  retrievePaymentMethod(ref: string): Promise<RailAnswer<RailPaymentMethod>>;
  /** Forgets a card. One that is forgotten already is `ok`. */
  detachPaymentMethod(ref: string): Promise<RailAnswer<null>>;

  /** Makes the payment without charging anything. `key` is our own id of the payment. */
  openPayment(
    request: Money & {
      readonly key: string;
      /** The attempt that it is opened for: sent again with the same one, the same payment comes back. */
      readonly generation: string;
      readonly customerRef: string;
      readonly description: string;
    },
  ): Promise<RailAnswer<RailPayment>>;
  /**
   * Finds a payment by our own id of it, when the answer that named it was lost. One that was
   * canceled is not found: another may take its place.
   */
  findPayment(customerRef: string, key: string): Promise<RailAnswer<RailPayment | null>>;
  retrievePayment(ref: string): Promise<RailAnswer<RailPayment>>;
  /**
   * Charges a card for a payment that was opened. `attempt` names the try: sent again with the same
   * one, the first answer comes back and nothing is charged.
   */
  confirmPayment(ref: string, methodRef: string, attempt: string): Promise<Confirmation>;

  /**
   * Begins a charge with the payer present. `needs_action` says where the payer goes; the rail sends
   * the payer back to `returnUrl`.
   */
  authenticatePayment(
    ref: string,
    methodRef: string,
    visit: { readonly returnUrl: string; readonly key: string },
  ): Promise<RailAnswer<RailPayment>>;

  /** What is charged for an amount, in the same units; null when it cannot be charged. */
  chargedMinor(money: Money): bigint | null;

  /**
   * What is given back for an amount of a payment that collected `paidMinor`, in the same units: never
   * more, in parts, than was charged for the whole. Null where nothing can be given back for it.
   */
  refundedMinor(money: Money, paidMinor: bigint): bigint | null;

  /** Gives money back. More than was charged, in all, is `refused`. */
  refundPayment(request: RefundRequest): Promise<RailAnswer<RailRefund>>;

  /** Finds a refund by our own id of it, when the answer that named it was lost. */
  findRefund(paymentRef: string, key: string): Promise<RailAnswer<RailRefund | null>>;

  retrieveRefund(ref: string): Promise<RailAnswer<RailRefund>>;

  retrieveDispute(ref: string): Promise<RailAnswer<RailDispute>>;

  /** Every charge that succeeded in a range, newest first, a page at a time. */
  listCharges(range: JournalRange): Promise<RailAnswer<JournalPage<RailCharge>>>;

  /** Every refund that was made in a range and went through, newest first, a page at a time. */
  listRefunds(range: JournalRange): Promise<RailAnswer<JournalPage<RailRefund>>>;

  /**
   * Reads a notice. `rawBody` is the body's bytes as they came.
   * @throws BillingError `rail_signature_invalid` when it is not signed by the rail, or when it was
   *   signed more than five minutes before or after `nowMs`.
   */
  parseNotice(rawBody: Uint8Array, signature: string, nowMs: EpochMs): RailNotice;
}
