import type { Farthing, UsageEvent } from "@farthing/sdk";
import { type Address, clientFor } from "../../connection.ts";
import { createLossyLine } from "./lossy-line.ts";

export interface Shipments {
  readonly packages: number;
  readonly returns: number;
  /** Events that the server acknowledged and did not count, because it had them. */
  readonly duplicatesIgnored: number;
}

const PACKAGES = 150;
const RETURNS = 12;
/** Reported one by one as they leave the house; the others come from a list at night. */
const SINGLE_PACKAGES = 50;

type Spread = (index: number, count: number) => Date;

/**
 * Reports 150 packages and 12 returns the way it happens in life: over a line that loses requests and
 * answers, so that the client tries again; by two processes that both report every tenth package; in
 * a nightly list that is sent twice; in a list that holds some returns twice.
 */
export async function recordShipments(
  address: Address,
  subscriptionUid: string,
  occurredAt: Spread,
): Promise<Shipments> {
  const packages = events("packages", PACKAGES, occurredAt);
  const returns = events("returns", RETURNS, occurredAt);
  const client = clientFor(address);
  const listed = packages.slice(SINGLE_PACKAGES);
  const duplicates = [
    await reportOneByOne(address, subscriptionUid, packages.slice(0, SINGLE_PACKAGES)),
    await reportList(client, subscriptionUid, listed),
    await reportList(client, subscriptionUid, listed),
    await reportList(client, subscriptionUid, [...returns, ...returns.slice(0, 4)]),
  ];
  return {
    packages: PACKAGES,
    returns: RETURNS,
    duplicatesIgnored: duplicates.reduce((sum, count) => sum + count, 0),
  };
}

async function reportOneByOne(
  address: Address,
  uid: string,
  shipments: readonly UsageEvent[],
): Promise<number> {
  const line = createLossyLine();
  const client = clientFor(address, { fetch: line.fetch, retry: { baseDelayMs: 20 } });
  let duplicates = 0;
  for (const [index, shipment] of shipments.entries()) {
    const times = index % 10 === 9 ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const { status } = await client.subscriptions.usage(uid, shipment);
      if (status === "duplicate") duplicates += 1;
    }
  }
  return duplicates;
}

async function reportList(
  client: Farthing,
  uid: string,
  list: readonly UsageEvent[],
): Promise<number> {
  const results = await client.subscriptions.usageBatch(uid, list);
  return results.filter(({ status }) => status === "duplicate").length;
}

function events(metric: string, count: number, occurredAt: Spread): UsageEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    metric,
    metric_count: 1,
    reference_id: `${metric}-${index + 1}`,
    occurred_at: occurredAt(index, count),
  }));
}
