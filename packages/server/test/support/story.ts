import { isoInstant } from "#kernel/clock.ts";
import { parseId } from "#kernel/ids.ts";
import { listBalances } from "#modules/ledger/index.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import type { Answer, Json, TestApp } from "./app.ts";

/** Tells what happened to customers, in sandbox and through the public API alone. */
export interface Story {
  /** Publishes a plan of these prices, a month long in JMD unless it says more; answers its id. */
  publish(prices: readonly object[], more?: object): Promise<string>;
  /** A customer on a test clock, or by the server's clock when `clock` is null. */
  welcome(who?: Newcomer): Promise<Customer>;
}

export interface Newcomer {
  /** Where its clock stands; null to live by the server's. */
  readonly clock?: string | null;
  /** IANA name; UTC when it is not said. */
  readonly timeZone?: string;
  /** A test card; null for none. One that can be charged when it is not said. */
  readonly card?: string | null;
}

export interface Customer {
  readonly id: string;
  /** Saves a card, which is charged from now on. */
  gives(card: string): Promise<void>;
  subscribes(plan: string, more?: object): Promise<Membership>;
  /** Moves the customer's clock. */
  livesUntil(instant: string): Promise<void>;
  /** Oldest first. */
  invoices(): Promise<Bill[]>;
  /** What each account of its books holds, in minor units. */
  books(): Promise<Record<string, bigint>>;
  /** Tries to charge it, oldest first: `2026-02-01 declined`. */
  attempts(): Promise<string[]>;
  /** The types of what was told of it, in order. */
  events(): Promise<string[]>;
}

/** A subscription, as one talks of it. */
export interface Membership {
  readonly id: string;
  /** Where a card is awaited; null when one is on file. */
  readonly paymentUrl: string | null;
  /** Reports usage; answers whatever is answered. */
  reports(metric: string, quantity: string, more?: object): Promise<Answer>;
  /** Reports usage that is taken. */
  uses(metric: string, quantity: string, more?: object): Promise<void>;
  cancels(when: "at period end" | "now"): Promise<Answer>;
  now(): Promise<Json>;
  /** The running period: `2026-01-01 – 2026-02-01`. */
  period(): Promise<string>;
  /** Follows the payment link and pays with this card. */
  pays(cardNumber?: string): Promise<string>;
}

/** An invoice in a few words. */
export interface Bill {
  readonly number: number;
  /** When it was made, as `on` writes it. */
  readonly issued: string;
  readonly reason: string;
  readonly status: string;
  readonly total: string;
  readonly lines: readonly string[];
}

export function storyOf(shop: TestApp, whose: "sandbox" | "other" = "sandbox"): Story {
  const token = shop.tokens[whose];
  const inProject = shop.projectIds[whose];
  let names = 0;
  const newName = () => `name-${(names += 1)}`;

  async function taken(method: "GET" | "POST", url: string, body?: object): Promise<Json> {
    const answer = await shop.call(method, url, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${url} answered ${JSON.stringify(answer.body)}`);
  }

  function membership({ id, payment_url }: Json): Membership {
    const reports = (metric: string, quantity: string, more: object = {}) =>
      shop.call("POST", "/v1/usage", {
        token,
        body: { subscription: id, metric, quantity, reference_id: newName(), ...more },
      });
    return {
      id,
      paymentUrl: payment_url ?? null,
      reports,
      async uses(metric, quantity, more) {
        const { body } = await reports(metric, quantity, more);
        if (body.status !== "recorded") throw new Error(`not taken: ${JSON.stringify(body)}`);
      },
      cancels: (when) =>
        shop.call("POST", `/v1/subscriptions/${id}/cancel`, {
          token,
          body: { at_period_end: when === "at period end" },
        }),
      now: () => taken("GET", `/v1/subscriptions/${id}`),
      async period() {
        const now = await taken("GET", `/v1/subscriptions/${id}`);
        return span(now.current_period_start, now.current_period_end);
      },
      async pays(cardNumber) {
        const link = await shop.call("GET", new URL(payment_url).pathname, { token: null });
        const back = await payOnPage(
          shop.app.sandbox,
          String(link.headers["location"]),
          cardNumber,
        );
        const { pathname, search } = new URL(back);
        const end = await shop.call("GET", pathname + search, { token: null });
        const { location } = end.headers;
        return typeof location === "string" ? location : String(end.status);
      },
    };
  }

  function customerOf(id: string): Customer {
    const customerId = parseId("customer", id) ?? 0n;
    return {
      id,
      async gives(card) {
        await taken("POST", `/v1/customers/${id}/payment_methods`, { token: card });
      },
      async subscribes(plan, more = {}) {
        return membership(
          await taken("POST", "/v1/subscriptions", { customer: id, plan, ...more }),
        );
      },
      async livesUntil(instant) {
        await taken("POST", `/v1/customers/${id}/test_clock/advance`, { to: full(instant) });
      },
      async invoices() {
        const { data } = await taken("GET", `/v1/invoices?customer=${id}&limit=100`);
        return data.toReversed().map(billOf);
      },
      async books() {
        const balances = await shop.app.db.inProject(inProject, (tx) =>
          listBalances(tx, customerId),
        );
        return Object.fromEntries(
          balances.map(({ account, balanceMinor }) => [account, balanceMinor]),
        );
      },
      async attempts() {
        const rows = await shop.app.db.inProject(inProject, (tx) =>
          tx.query<{ started_at: number; outcome: string }>(
            `select started_at, outcome from payment_attempt where customer_id = $1
              order by started_at, payment_id, attempt_number`,
            [customerId],
          ),
        );
        return rows.map(({ started_at, outcome }) => `${on(started_at)} ${outcome}`);
      },
      async events() {
        await shop.settle();
        const rows = await shop.app.db.inProject(inProject, (tx) =>
          tx.query<{ type: string }>(
            "select type from event where customer_id = $1 order by number",
            [customerId],
          ),
        );
        return rows.map(({ type }) => type);
      },
    };
  }

  return {
    async publish(prices, more = {}) {
      const interval = { unit: "month" };
      const body = { name: "Business Plan", currency: "JMD", interval, prices, ...more };
      return (await taken("POST", "/v1/plans", body)).id;
    },
    async welcome({ clock = "2026-01-01", timeZone = "UTC", card = "pm_card_visa" } = {}) {
      const { id } = await taken("POST", "/v1/customers", {
        name: "Ada Brown",
        time_zone: timeZone,
        ...(clock === null ? {} : { test_clock: { now: full(clock) } }),
      });
      const customer = customerOf(id);
      if (card !== null) await customer.gives(card);
      return customer;
    },
  };
}

/** A flat price as the API takes it. */
export function flat(amount: string, billed: "advance" | "arrears" = "arrears") {
  return { kind: "flat", name: "Base fee", billed, amount };
}

export function perUnit(metric: string, unit_price: string) {
  return { kind: "usage", name: metric, metric, model: { type: "per_unit", unit_price } };
}

/** Tiers as `[up_to, unit_price]`, the last one up to null. */
export function tiered(
  metric: string,
  type: "graduated" | "volume",
  tiers: readonly (readonly [upTo: string | null, unitPrice: string])[],
) {
  const model = { type, tiers: tiers.map(([up_to, unit_price]) => ({ up_to, unit_price })) };
  return { kind: "usage", name: metric, metric, model };
}

/** The shortest way to write an instant in UTC: `2026-01-01`, `2026-01-01T05:00`. */
export function on(instant: string | number): string {
  const iso = typeof instant === "number" ? isoInstant(instant) : instant;
  return iso
    .replace(/(?:\.000)?Z$/, "")
    .replace(/:00$/, "")
    .replace(/T00:00$/, "");
}

function full(short: string): string {
  const iso = short.includes("T") ? short : `${short}T00:00`;
  return isoInstant(Date.parse(iso.endsWith("Z") ? iso : `${iso}Z`));
}

function span(start: string, end: string): string {
  return `${on(start)} – ${on(end)}`;
}

function billOf(invoice: Json): Bill {
  return {
    number: Number(invoice.number),
    issued: on(invoice.issued_at),
    reason: invoice.reason,
    status: invoice.status,
    total: invoice.total,
    lines: invoice.lines.map(lineInWords),
  };
}

/** `Base fee: 2999.00`, `packages: 150 → 7500.00`, `late packages of 2026-01-01 – 2026-02-01: …` */
function lineInWords({ kind, description, quantity, amount, period_start, period_end }: Json) {
  if (kind === "flat") return `${description}: ${amount}`;
  const name =
    kind === "late_usage"
      ? `late ${description} of ${span(period_start, period_end)}`
      : description;
  return `${name}: ${quantity} → ${amount}`;
}
