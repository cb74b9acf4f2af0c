import type { Farthing, SubscriptionLink } from "@farthing/sdk";
import { type Address, clientFor } from "../../connection.ts";
import type { CustomerWire, ExplanationWire, InvoiceWire, PageWire } from "../../wire.ts";
import { expectFigure } from "../expect.ts";
import { chargesByCustomer } from "../rail-journal.ts";
import { saveCardOnPage } from "./card-page.ts";
import { recordShipments } from "./record-shipments.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** What the shipping platform's month came to, in JMD. */
export interface ShippingStory {
  readonly invoice: InvoiceWire;
  readonly explanations: readonly ExplanationWire[];
  readonly duplicatesIgnored: number;
  /** The names of the webhooks, in the order in which they came. */
  readonly webhooks: readonly string[];
}

/** Told what is being done, in a few words. */
export type Say = (step: string) => void;

interface EndpointWire {
  readonly id: string;
  readonly secret: string;
}

const ENDPOINTS = "/v1/webhook_endpoints";
const HOUR_MS = 3_600_000;
/** Ten in the morning in Kingston, on a day that the next month does not have. */
const SIGNUP = "2026-01-31T15:00:00Z";

/**
 * Plays a month of a shipping platform through the public API: sells the plan, has the payer save a
 * card on the hosted page, reports usage with everything that goes wrong in life, lets the period
 * end, and checks invoice, webhooks and charge. Throws CommandFailure at the first wrong figure.
 */
export async function playShipping(address: Address, say: Say): Promise<ShippingStory> {
  const client = clientFor(address);
  const receiver = await startWebhookReceiver();
  try {
    const body = { url: receiver.url, dialect: "metered" };
    const { id, secret } = await client.request<EndpointWire>("POST", ENDPOINTS, { body });
    receiver.trust(secret);
    const story = await playMonth(address, client, receiver, say);
    await client.request("DELETE", `${ENDPOINTS}/${id}`);
    return story;
  } finally {
    await receiver.close();
  }
}

async function playMonth(
  address: Address,
  client: Farthing,
  receiver: WebhookReceiver,
  say: Say,
): Promise<ShippingStory> {
  say("selling the plan: 2,999.00 JMD a month, 50.00 a package, 100.00 a return");
  const { customer, link } = await sell(client);

  say("saving a card on the hosted page");
  await saveCardOnPage(link.payment_urls.short_link);
  await receiver.waitFor("subscriptions.activated", link.uid);
  const period = await runningPeriod(client, link.uid);

  say("reporting 150 packages and 12 returns, some of them more than once");
  await advance(client, customer.id, period.endMs - 24 * HOUR_MS);
  const spanMs = period.endMs - 25 * HOUR_MS - period.startMs;
  const { packages, returns, duplicatesIgnored } = await recordShipments(
    address,
    link.uid,
    (index, count) => new Date(period.startMs + Math.floor((spanMs * index) / count)),
  );
  await expectCounted(client, link.uid, { packages, returns });

  say("moving the clock over the period's end");
  await advance(client, customer.id, period.endMs + HOUR_MS);
  await receiver.waitFor("subscriptions.renewed", link.uid);
  await receiver.waitFor("subscriptions.payment_succeeded", link.uid);

  const invoice = await onlyInvoice(client, link.uid);
  await expectOneCharge(address.url, customer.id);
  const webhooks = receiver.messagesAbout(link.uid).map(({ event }) => event);
  const explanations = await explainLines(client, invoice);
  return { invoice, explanations, duplicatesIgnored, webhooks };
}

async function sell(client: Farthing): Promise<{ customer: CustomerWire; link: SubscriptionLink }> {
  const plan = await client.billingPlans.create({
    title: "Business Plan",
    price: 2999.0,
    interval: "month",
    currency_code: "JMD",
    data: {
      usage_metrics: [
        { metric: "packages", rate: 50.0 },
        { metric: "returns", rate: 100.0 },
      ],
    },
  });
  const email = `ada+${crypto.randomUUID()}@shipfast.example`;
  // Made beforehand, for its clock: the link then finds the customer by the address.
  const customer = await client.request<CustomerWire>("POST", "/v1/customers", {
    body: {
      name: "Ada Brown",
      email,
      time_zone: "America/Jamaica",
      test_clock: { now: SIGNUP },
    },
  });
  const link = await client.subscriptions.createLink({
    title: "Business Subscription",
    plan_uid: plan.uid,
    customer: { first_name: "Ada", last_name: "Brown", email },
    meta_data: { merchant_id: "merchant-1042" },
  });
  return { customer, link };
}

async function runningPeriod(client: Farthing, uid: string) {
  const { status, current_period_start, current_period_end } = await client.subscriptions.get(uid);
  expectFigure("The subscription's status", status, "active");
  expectFigure("The period's start", current_period_start, new Date(SIGNUP).toISOString());
  return { startMs: Date.parse(SIGNUP), endMs: Date.parse(current_period_end ?? "") };
}

async function advance(client: Farthing, customer: string, toMs: number): Promise<void> {
  const body = { to: new Date(toMs).toISOString() };
  await client.request("POST", `/v1/customers/${customer}/test_clock/advance`, { body });
}

async function expectCounted(
  client: Farthing,
  uid: string,
  expected: { readonly packages: number; readonly returns: number },
): Promise<void> {
  const { current_usage } = await client.subscriptions.get(uid);
  for (const [metric, count] of Object.entries(expected)) {
    const counted = current_usage.find((usage) => usage.metric === metric)?.count;
    expectFigure(`The counted ${metric}`, counted, count);
  }
}

async function onlyInvoice(client: Farthing, subscription: string): Promise<InvoiceWire> {
  const query = { subscription };
  const { data } = await client.request<PageWire<InvoiceWire>>("GET", "/v1/invoices", { query });
  expectFigure("The number of invoices", data.length, 1);
  const [invoice] = data as [InvoiceWire];
  expectFigure("The base amount", invoice.base_amount, "2999.00");
  expectFigure("The usage amount", invoice.usage_amount, "8700.00");
  expectFigure("The invoice's total", invoice.total, "11699.00");
  expectFigure("The invoice's status", invoice.status, "paid");
  return invoice;
}

async function expectOneCharge(url: string, customer: string): Promise<void> {
  const charges = (await chargesByCustomer(url)).get(customer) ?? [];
  const shown = charges.map(({ status, amount, currency }) => `${status} ${amount} ${currency}`);
  expectFigure("The charges in the rail's journal", shown.join(", "), "succeeded 1169900 jmd");
}

async function explainLines(client: Farthing, { id, lines }: InvoiceWire) {
  const explanations: ExplanationWire[] = [];
  for (const { line } of lines) {
    const path = `/v1/invoices/${id}/lines/${line}/explain`;
    const explanation = await client.request<ExplanationWire>("GET", path);
    expectFigure(`Whether line ${line} holds`, explanation.holds, true);
    explanations.push(explanation);
  }
  return explanations;
}
