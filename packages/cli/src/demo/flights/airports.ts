import type { Farthing } from "@farthing/sdk";
import type { CustomerWire, InvoiceWire, PageWire, SubscriptionWire } from "../../wire.ts";
import { expectFigure } from "../expect.ts";
import { sideBySide } from "./side-by-side.ts";
import { PLAN } from "./tariff.ts";

/** An airport as a customer. */
export interface Airport {
  readonly origin: string;
  readonly customer: string;
  readonly subscription: string;
}

const WIDTH = 8;
const TIMEOUT_MS = 120_000;

/** How long work on all airports goes on, and who is told how many are done. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onDone: (count: number) => void;
}

/** Makes every airport a customer with a card and a subscription that starts at `startMs`. */
export async function enrolAirports(
  client: Farthing,
  origins: readonly string[],
  startMs: number,
  { signal, onDone }: Watch,
): Promise<Airport[]> {
  const plan = await client.request<{ id: string }>("POST", "/v1/plans", { body: PLAN });
  const suffix = await externalIdSuffix(client, origins);
  const now = new Date(startMs).toISOString();
  const airports: Airport[] = [];
  await sideBySide(origins, { width: WIDTH, signal }, async (origin) => {
    const { id: customer } = await client.request<CustomerWire>("POST", "/v1/customers", {
      body: {
        name: `Airport ${origin}`,
        external_id: origin + suffix,
        time_zone: "UTC",
        test_clock: { now },
      },
    });
    const card = { body: { token: "pm_card_visa" } };
    await client.request("POST", `/v1/customers/${customer}/payment_methods`, card);
    const { id: subscription, status } = await client.request<SubscriptionWire>(
      "POST",
      "/v1/subscriptions",
      { body: { customer, plan: plan.id } },
    );
    expectFigure(`The status of ${origin}'s subscription`, status, "active");
    airports.push({ origin, customer, subscription });
    onDone(airports.length);
  });
  return airports;
}

/** Moves the clocks of all airports to one instant. */
export async function advanceAirports(
  client: Farthing,
  airports: readonly Airport[],
  toMs: number,
  { signal, onDone }: Watch,
): Promise<void> {
  const body = { to: new Date(toMs).toISOString() };
  let done = 0;
  await sideBySide(airports, { width: WIDTH, signal }, async ({ customer }) => {
    const path = `/v1/customers/${customer}/test_clock/advance`;
    await client.request("POST", path, { body, timeoutMs: TIMEOUT_MS });
    done += 1;
    onDone(done);
  });
}

/** Every invoice of every airport. */
export async function invoicesOfAirports(
  client: Farthing,
  airports: readonly Airport[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Airport, readonly InvoiceWire[]>> {
  const invoices = new Map<Airport, readonly InvoiceWire[]>();
  await sideBySide(airports, { width: WIDTH, signal }, async (airport) => {
    invoices.set(airport, await invoicesOf(client, airport.customer));
  });
  return invoices;
}

async function invoicesOf(client: Farthing, customer: string): Promise<InvoiceWire[]> {
  const invoices: InvoiceWire[] = [];
  let cursor: string | null = null;
  do {
    const query: { customer: string; limit: number; cursor: string | null } = {
      customer,
      limit: 100,
      cursor,
    };
    const page: PageWire<InvoiceWire> = await client.request("GET", "/v1/invoices", { query });
    invoices.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return invoices;
}

/** An airport's code is its external id, and no other customer's: a second demo needs other ones. */
async function externalIdSuffix(client: Farthing, [first]: readonly string[]): Promise<string> {
  const query = { external_id: first };
  const { data } = await client.request<PageWire<CustomerWire>>("GET", "/v1/customers", { query });
  return data.length === 0 ? "" : `-${crypto.randomUUID()}`;
}
