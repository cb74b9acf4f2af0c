import type { Clock } from "#kernel/clock.ts";
import { receiptMonth } from "#modules/metering/domain/index.ts";
import { ensureMonthPartitions } from "#platform/db/partitions.ts";

// References are looked for in last month's partition; two months ahead, a missed run does no harm.
const MONTHS = [-1, 0, 1, 2];

/** Makes the partitions that usage events go to. To be called at the start and once a day. */
export async function ensureUsagePartitions(ownerUrl: string, clock: Clock): Promise<void> {
  const nowMs = clock.now();
  const months = MONTHS.map((later) => receiptMonth(nowMs, later));
  await ensureMonthPartitions(ownerUrl, "usage_event", months);
}
