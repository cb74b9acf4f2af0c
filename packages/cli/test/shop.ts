import type { Farthing } from "@farthing/sdk";

/**
 * A customer with a running subscription that counts packages at 1 USD; answers the subscription's id.
 * On a test clock it stands on 1 January 2026.
 */
export async function openShop(
  client: Farthing,
  externalId: string,
  { isOnTestClock }: { readonly isOnTestClock: boolean },
): Promise<string> {
  const post = (path: string, body: unknown) =>
    client.request<{ id: string }>("POST", path, { body });
  const model = { type: "per_unit", unit_price: "1" };
  const plan = await post("/v1/plans", {
    name: "Packages",
    currency: "USD",
    interval: { unit: "month" },
    prices: [{ kind: "usage", name: "Packages", metric: "packages", model }],
  });
  const customer = await post("/v1/customers", {
    name: "Shop",
    external_id: externalId,
    ...(isOnTestClock ? { test_clock: { now: "2026-01-01T00:00:00Z" } } : {}),
  });
  await post(`/v1/customers/${customer.id}/payment_methods`, { token: "pm_card_visa" });
  const body = { customer: customer.id, plan: plan.id };
  return (await post("/v1/subscriptions", body)).id;
}
