/**
 * What was asked of the server and what it has acknowledged: the only memory that no crash touches,
 * and so what the server's own is measured by.
 */
export interface Book {
  readonly accounts: Account[];
  readonly events: SentEvent[];
  /** Answers that should not have been given, in words. */
  readonly problems: string[];
}

/** A customer with a card and a subscription, or on the way there. */
export interface Account {
  /** Names it in everything that is sent, and is kept with what the server makes of it. */
  readonly key: string;
  readonly plan: SoldPlan;
  /** Whether its charges are declined for ever. */
  readonly isBadPayer: boolean;
  /** Null until it is acknowledged. */
  customer: string | null;
  hasCard: boolean;
  /** Whether the card is given on the rail's page, by who follows the payment link. */
  readonly paysOnPage: boolean;
  /** The payment link, once it is known. */
  paymentUrl: string | null;
  subscription: string | null;
  /** When its first period began; null as long as nothing can be used. */
  activatedAtMs: number | null;
  /** Where its test clock is known to stand. Null when it lives by the wall clock. */
  clockMs: number | null;
  /** Whether its test clock is on the way to somewhere. */
  isTravelling: boolean;
}

export interface SoldPlan {
  readonly id: string;
  readonly periodDays: number;
  readonly isOnTestClock: boolean;
}

export interface SentEvent {
  readonly account: Account;
  readonly metric: string;
  /** A decimal. */
  readonly quantity: string;
  readonly reference: string;
  /** Null leaves it to the server. */
  readonly occurredAtMs: number | null;
  isAcknowledged: boolean;
}

export const emptyBook = (): Book => ({ accounts: [], events: [], problems: [] });
