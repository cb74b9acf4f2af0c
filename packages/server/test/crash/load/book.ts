/**
 * What was asked of the server and what it has acknowledged: the only memory that no crash touches,
 * and so what the server's own is measured by.
 */
export interface Book {
  readonly accounts: Account[];
  readonly events: SentEvent[];
  /** How many of the next accounts are to leave: servers ask for refunds for nobody else. */
  leaversWanted: number;
  /** Answers that should not have been given, in words. */
  readonly problems: string[];
}

/** A customer with a card and a subscription, or on the way there. */
export interface Account {
  /** Names it in everything that is sent, and is kept with what the server makes of it. */
  readonly key: string;
  readonly plan: SoldPlan;
  readonly card: CardKind;
  /** Cancels before it pays on the page that stands open, and so pays for nothing. */
  readonly isLeaving: boolean;
  /** Null until it is acknowledged. */
  customer: string | null;
  hasCard: boolean;
  /** Whether the card is given on the rail's page, by who follows the payment link. */
  readonly paysOnPage: boolean;
  /** The payment link, once it is known. */
  paymentUrl: string | null;
  /** Of who leaves: the rail's page that stands open, and where it has led back to. */
  openPage: string | null;
  pageBack: string | null;
  subscription: string | null;
  /** When its first period began; null as long as nothing can be used. */
  activatedAtMs: number | null;
  /** Where its test clock is known to stand. Null when it lives by the wall clock. */
  clockMs: number | null;
  /** Whether its test clock is on the way to somewhere. */
  isTravelling: boolean;
}

/** What happens to a card: it pays, is declined whenever it is charged, or what it paid goes back. */
export type CardKind =
  | "good"
  | "declined"
  | "disputed"
  | "inquired"
  | "refund pends"
  | "refund fails";

export interface SoldPlan {
  readonly id: string;
  readonly isPaidInAdvance: boolean;
  readonly periodDays: number;
  readonly isOnTestClock: boolean;
}

export interface SentEvent {
  readonly account: Account;
  readonly metric: string;
  /** A decimal. */
  readonly quantity: string;
  readonly properties: Readonly<Record<string, string>> | null;
  readonly reference: string;
  /** Null leaves it to the server. */
  readonly occurredAtMs: number | null;
  isAcknowledged: boolean;
}

export const emptyBook = (): Book => ({
  accounts: [],
  events: [],
  // One at least in each book.
  leaversWanted: 1,
  problems: [],
});
