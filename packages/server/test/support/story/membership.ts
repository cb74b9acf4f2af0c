import type { Answer, Json } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import type { Teller } from "./teller.ts";
import { span } from "./words.ts";

/** A subscription, as one talks of it. */
export interface Membership {
  readonly id: string;
  /** Where a card is awaited; null when one is on file. */
  readonly paymentUrl: string | null;
  /** Reports usage; answers whatever is answered. */
  reports(metric: string, quantity: string, more?: object): Promise<Answer>;
  /** Reports usage that is taken. */
  uses(metric: string, quantity: string, more?: object): Promise<void>;
  cancels(when: "at period end" | "now", more?: object): Promise<Answer>;
  /** Asks for whatever else: `uncancel`, `end_trial`, `renew`, a `change`; answers whatever is answered. */
  asks(what: string, body?: object): Promise<Answer>;
  /** Gets another plan, quantity or add-ons, now or later: a change that is not refused. */
  changes(wanted: object): Promise<Answer>;
  /** Withdraws the change that waits. */
  withdraws(): Promise<Answer>;
  now(): Promise<Json>;
  /** The running period: `2026-01-01 – 2026-02-01`. */
  period(): Promise<string>;
  /** Follows the payment link and pays with this card. */
  pays(cardNumber?: string): Promise<string>;
}

/** `payment_url` as it was answered when the subscription was made. */
export function membershipOf(teller: Teller, { id, payment_url }: Json): Membership {
  const { shop, token, taken, newReference } = teller;
  const reports = (metric: string, quantity: string, more: object = {}) =>
    shop.call("POST", "/v1/usage", {
      token,
      body: { subscription: id, metric, quantity, reference_id: newReference(), ...more },
    });
  const now = () => taken("GET", `/v1/subscriptions/${id}`);
  return {
    id,
    paymentUrl: payment_url ?? null,
    reports,
    now,
    async uses(metric, quantity, more) {
      const { body } = await reports(metric, quantity, more);
      if (body.status !== "recorded") throw new Error(`not taken: ${JSON.stringify(body)}`);
    },
    cancels: (when, more) =>
      shop.call("POST", `/v1/subscriptions/${id}/cancel`, {
        token,
        body: { at_period_end: when === "at period end", ...more },
      }),
    asks: (what, body = {}) =>
      shop.call("POST", `/v1/subscriptions/${id}/${what}`, { token, body }),
    async changes(wanted) {
      const answer = await shop.call("POST", `/v1/subscriptions/${id}/change`, {
        token,
        body: wanted,
      });
      if (answer.status !== 200) throw new Error(`not changed: ${JSON.stringify(answer.body)}`);
      return answer;
    },
    withdraws: () => shop.call("DELETE", `/v1/subscriptions/${id}/pending_change`, { token }),
    async period() {
      const { current_period_start, current_period_end } = await now();
      return span(current_period_start, current_period_end);
    },
    async pays(cardNumber) {
      const link = await shop.call("GET", new URL(payment_url).pathname, { token: null });
      const page = String(link.headers["location"]);
      const back = new URL(await payOnPage(shop.app.sandbox, page, cardNumber));
      const end = await shop.call("GET", back.pathname + back.search, { token: null });
      const { location } = end.headers;
      return typeof location === "string" ? location : String(end.status);
    },
  };
}
