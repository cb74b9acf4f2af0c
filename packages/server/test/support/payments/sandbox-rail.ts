import { createStripeSandbox, type Deliver, type StripeSandbox } from "@farthing/stripe-sandbox";
import Stripe from "stripe";
import type { Clock } from "#kernel/clock.ts";
import type { Rail } from "#modules/payments/index.ts";
import { createStripeRail } from "#modules/payments/rails/stripe/stripe-rail.ts";

const API_KEY = "sk_test_sandbox_rail";

/**
 * The production adapter on a card sandbox of its own, with a line between them that can be cut.
 */
export interface SandboxRail {
  readonly sandbox: StripeSandbox;
  readonly rail: Rail;
  /** While true no request reaches the sandbox. */
  isCut: boolean;
  /** The signature header of a notice. */
  sign(payload: string, atMs: number): string;
  /** Has the sandbox send its events to `url`, signed with the secret that the rail knows. */
  sendEventsTo(url: string): Promise<void>;
  /** Causes an event that nobody follows. */
  causeEvent(): Promise<void>;
  /** Cancels a payment as somebody does at the provider's dashboard. */
  cancelPayment(ref: string): Promise<void>;
}

export async function createSandboxRail(clock: Clock, deliver?: Deliver): Promise<SandboxRail> {
  const sandbox = createStripeSandbox({
    now: () => clock.now(),
    ...(deliver === undefined ? {} : { deliver }),
  });
  const stripe = new Stripe(API_KEY, { httpClient: Stripe.createFetchHttpClient(sandbox.fetch) });
  let secret = "whsec_sandbox_rail";
  const railWith = (webhookSecret: string) =>
    createStripeRail({
      apiKey: API_KEY,
      webhookSecret,
      retriesMax: 0,
      fetch: (...request) =>
        cuttable.isCut ? Promise.reject(new TypeError("fetch failed")) : sandbox.fetch(...request),
    });
  let current = railWith(secret);

  const cuttable: SandboxRail = {
    sandbox,
    rail: { ...current, parseNotice: (...notice) => current.parseNotice(...notice) },
    isCut: false,
    sign: (payload, atMs) =>
      Stripe.webhooks.generateTestHeaderString({
        payload,
        secret,
        timestamp: Math.floor(atMs / 1000),
      }),
    async sendEventsTo(url) {
      const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
      secret = endpoint.secret ?? "";
      current = railWith(secret);
    },
    async causeEvent() {
      await stripe.customers.create({ name: "Ada" });
    },
    async cancelPayment(ref) {
      await stripe.paymentIntents.cancel(ref);
    },
  };
  return cuttable;
}
