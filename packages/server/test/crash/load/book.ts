/**
 * What was asked of the server and what it has acknowledged: the only memory that no crash touches,
 * and so what the server's own is measured by.
 */
export interface Book {
  readonly accounts: Account[];
  readonly events: SentEvent[];
  /** How many changes, and how many credit notes and single charges, were thought of. */
  changeCount: number;
  correctionCount: number;
  /** The cards by which the next changes are to be paid. */
  readonly cardsWanted: ChangeCard[];
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
  /** What is acknowledged of it beside its subscription, by the keys that it was asked for with. */
  readonly cardKeys: Set<string>;
  readonly noteKeys: Set<string>;
  readonly oneOffKeys: Set<string>;
  /** What it is sold, by the last change that is acknowledged. */
  holds: Held;
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
  /** Whether its test clock is on the way to somewhere, or a change of it to be paid. */
  isBusy: boolean;
}

export interface Held {
  /** The plan's id. */
  readonly plan: string;
  readonly quantity: number;
}

/** By what a change is to be paid: `challenged` is of a bank that wants the payer. */
export const changeCards = ["good", "challenged", "declined"] as const;
export type ChangeCard = (typeof changeCards)[number];

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
  /** What it can become that costs more; null where it does not change. */
  readonly dearer: string | null;
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
  changeCount: 0,
  correctionCount: 0,
  cardsWanted: [],
  problems: [],
});
