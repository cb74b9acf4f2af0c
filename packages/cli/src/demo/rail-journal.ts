import { CommandFailure } from "../failure.ts";

/** One attempt to charge a card, as the sandbox's journal keeps it. */
export interface JournaledCharge {
  /** In the currency's minor unit. */
  readonly amount: number;
  /** In small letters. */
  readonly currency: string;
  readonly status: "failed" | "succeeded";
  readonly metadata: Readonly<Record<string, string>>;
}

const CUSTOMER_PREFIX = "cus_";
const PAYMENT_PREFIX = "pay_";
const CUSTOMER_CHARACTERS = 13;

/** Every charge that the server's card sandbox was ever asked for, by our customer's id. */
export async function chargesByCustomer(
  url: string,
): Promise<ReadonlyMap<string, readonly JournaledCharge[]>> {
  const answer = await fetch(`${url}/stripe-sandbox/_sandbox/charges`);
  if (!answer.ok) {
    throw new CommandFailure(`The card sandbox of ${url} shows no journal (${answer.status}).`);
  }
  const byCustomer = new Map<string, JournaledCharge[]>();
  for (const charge of (await answer.json()) as JournaledCharge[]) {
    const customer = customerOf(charge);
    byCustomer.set(customer, [...(byCustomer.get(customer) ?? []), charge]);
  }
  return byCustomer;
}

/** Each charge names our payment, and what belongs to a customer has the customer's id in front. */
function customerOf({ metadata }: JournaledCharge): string {
  const payment = metadata["farthing_id"] ?? "";
  const start = PAYMENT_PREFIX.length;
  return CUSTOMER_PREFIX + payment.slice(start, start + CUSTOMER_CHARACTERS);
}
