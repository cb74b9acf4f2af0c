import { present } from "#kernel/assert.ts";
import { parseId } from "#kernel/ids.ts";
import { listBalances } from "#modules/ledger/index.ts";
import type { Json } from "#test/support/app.ts";
import { type Bill, billOf } from "./bill.ts";
import { type Membership, membershipOf } from "./membership.ts";
import type { Teller } from "./teller.ts";
import { full, on } from "./words.ts";

export interface Customer {
  readonly id: string;
  /** Saves a card, which is charged from now on. */
  gives(card: string): Promise<void>;
  subscribes(plan: string, more?: object): Promise<Membership>;
  /** Moves the customer's clock. */
  livesUntil(instant: string): Promise<void>;
  /** Oldest first. */
  invoices(): Promise<Bill[]>;
  /** The same as the API shows them. */
  bills(): Promise<Json[]>;
  /** How each line of its invoices came about, oldest first. */
  explained(): Promise<Json[]>;
  /** What each account of its books holds, in minor units. */
  books(): Promise<Record<string, bigint>>;
  /** Tries to charge it, oldest first: `2026-02-01 declined`. */
  attempts(): Promise<string[]>;
  /** The types of what was told of it, in order. */
  events(): Promise<string[]>;
}

export function customerOf(teller: Teller, id: string): Customer {
  const { shop, projectId, taken, rows } = teller;
  const customerId = present(parseId("customer", id), "the API answers ids");
  return {
    id,
    async gives(card) {
      await taken("POST", `/v1/customers/${id}/payment_methods`, { token: card });
    },
    async subscribes(plan, more = {}) {
      const made = await taken("POST", "/v1/subscriptions", { customer: id, plan, ...more });
      return membershipOf(teller, made);
    },
    async livesUntil(instant) {
      await taken("POST", `/v1/customers/${id}/test_clock/advance`, { to: full(instant) });
    },
    async invoices() {
      const { data } = await taken("GET", `/v1/invoices?customer=${id}&limit=100`);
      return data.toReversed().map(billOf);
    },
    async bills() {
      const { data } = await taken("GET", `/v1/invoices?customer=${id}&limit=100`);
      return data.toReversed();
    },
    async explained() {
      const { data } = await taken("GET", `/v1/invoices?customer=${id}&limit=100`);
      const answers: Json[] = [];
      for (const invoice of data.toReversed()) {
        for (const { line } of invoice.lines) {
          answers.push(await taken("GET", `/v1/invoices/${invoice.id}/lines/${line}/explain`));
        }
      }
      return answers;
    },
    async books() {
      const balances = await shop.app.db.inProject(projectId, (tx) => listBalances(tx, customerId));
      return Object.fromEntries(
        balances.map(({ account, balanceMinor }) => [account, balanceMinor]),
      );
    },
    async attempts() {
      const tries = await rows<{ started_at: number; outcome: string }>(
        `select started_at, outcome from payment_attempt where customer_id = $1
          order by started_at, payment_id, attempt_number`,
        customerId,
      );
      return tries.map(({ started_at, outcome }) => `${on(started_at)} ${outcome}`);
    },
    async events() {
      await shop.settle();
      const told = await rows<{ type: string }>(
        "select type from event where customer_id = $1 order by number",
        customerId,
      );
      return told.map(({ type }) => type);
    },
  };
}
