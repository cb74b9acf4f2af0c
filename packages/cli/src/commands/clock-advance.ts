import { type ConnectionFlags, connect } from "../connection.ts";
import { CommandFailure } from "../failure.ts";
import { instantFrom } from "../instant.ts";
import { interruptible } from "../interrupt.ts";
import type { CustomerWire, PageWire } from "../wire.ts";

export interface AdvanceFlags extends ConnectionFlags {
  readonly to: string;
  readonly json?: boolean;
}

interface ClockWire {
  readonly customer: string;
  readonly now: string;
}

/** Closing a year of days, with a charge for each, takes its time. */
const TIMEOUT_MS = 10 * 60_000;

/** `farthing clock advance CUSTOMER --to INSTANT`. CUSTOMER is our id or the merchant's own. */
export async function clockAdvance(customer: string, flags: AdvanceFlags): Promise<number> {
  const to = instantFrom("--to", flags.to);
  const client = await connect(flags);
  const clock = await interruptible(async (signal) => {
    const id = customer.startsWith("cus_") ? customer : await findByExternalId(client, customer);
    const path = `/v1/customers/${encodeURIComponent(id)}/test_clock/advance`;
    const options = { body: { to }, signal, timeoutMs: TIMEOUT_MS };
    return client.request<ClockWire>("POST", path, options);
  });
  console.log(flags.json ? JSON.stringify(clock) : `${clock.customer} is now at ${clock.now}`);
  return 0;
}

async function findByExternalId(
  client: Awaited<ReturnType<typeof connect>>,
  externalId: string,
): Promise<string> {
  const query = { external_id: externalId };
  const { data } = await client.request<PageWire<CustomerWire>>("GET", "/v1/customers", { query });
  const [found] = data;
  if (found !== undefined) return found.id;
  throw new CommandFailure(`customer_not_found: No customer has the id ${externalId}.`);
}
