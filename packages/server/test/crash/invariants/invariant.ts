/**
 * Something that is true of the stored data, said as a query for what breaks it: each row it finds is
 * one breach. `$1`, where the query has one, is the evidence that it is `given`, as JSON.
 */
export interface Invariant {
  readonly name: string;
  /** `always`: in every snapshot, also under load. `settled`: once everything asked for is done. */
  readonly when: "always" | "settled";
  readonly given?: keyof Evidence;
  readonly breaches: string;
}

/** What is known from outside of the server's database. */
export interface Evidence {
  /** Usage that was sent, each event once. */
  readonly events: readonly EventEvidence[];
  /** Accounts whose subscription was acknowledged; all there are, once everything is settled. */
  readonly accounts: readonly AccountEvidence[];
  /** The journal of the card sandbox. */
  readonly charges: readonly ChargeEvidence[];
  /** What the card sandbox gave back, and what its bank disputes. */
  readonly refunds: readonly MoneyBackEvidence[];
  readonly disputes: readonly MoneyBackEvidence[];
  /** What the receiver of webhooks took; null where there is none. */
  readonly messages: readonly MessageEvidence[] | null;
}

export interface EventEvidence {
  readonly reference: string;
  /** The subscription's own half of its id. */
  readonly subscription: string;
  readonly metric: string;
  readonly quantity: string;
  readonly properties: Readonly<Record<string, string>> | null;
  readonly acknowledged: boolean;
}

export interface AccountEvidence {
  readonly key: string;
  readonly subscription: string;
  /** Whether it pays and goes on. */
  readonly stays: boolean;
  /** What it holds, by the last change: the plan's id as it is stored. */
  readonly plan: string;
  readonly quantity: number;
  /** How many cards were saved, credit notes made, and invoices without a subscription. */
  readonly cards: number;
  readonly notes: number;
  readonly one_offs: number;
}

export interface ChargeEvidence {
  readonly id: string;
  readonly payment_intent: string;
  readonly amount: string;
  readonly currency: string;
  readonly succeeded: boolean;
  /** Whether the payer made it, on a page of the rail, before we knew of it. */
  readonly on_page: boolean;
}

export interface MoneyBackEvidence {
  readonly ref: string;
  readonly payment_intent: string;
  readonly amount: string;
  /** In the rail's words. */
  readonly status: string;
}

export interface MessageEvidence {
  /** The event's own half of its id. */
  readonly event: string;
  /** Of what was said of it. */
  readonly digest: string;
}

const MONEY_BACK = `given as (
    select * from jsonb_to_recordset($1) as given(ref text, payment_intent text, amount numeric,
                                                  status text))`;

/** `$1` as rows, for use in a `with`. */
export const given = {
  events: `given as (
    select * from jsonb_to_recordset($1) as given(reference text, subscription bigint, metric text,
                                                  quantity numeric, properties jsonb,
                                                  acknowledged boolean))`,
  accounts: `given as (
    select * from jsonb_to_recordset($1) as given(key text, subscription bigint, stays boolean,
                                                  plan bigint, quantity bigint, cards bigint,
                                                  notes bigint, one_offs bigint))`,
  charges: `given as (
    select * from jsonb_to_recordset($1) as given(id text, payment_intent text, amount numeric,
                                                  currency text, succeeded boolean,
                                                  on_page boolean))`,
  refunds: MONEY_BACK,
  disputes: MONEY_BACK,
  messages: `given as (
    select * from jsonb_to_recordset($1) as given(event bigint, digest text))`,
} as const satisfies Record<keyof Evidence, string>;
