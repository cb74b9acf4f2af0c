import { ownedKey } from "#kernel/ids.ts";
import {
  againstPromises,
  type GivenBack,
  type Invoice,
  keptMinor,
  type RunningLine,
} from "#modules/invoices/domain/index.ts";
import {
  getInvoice,
  type InstantKey,
  listRunningLines,
  listTakenBack,
  promisedRefundMinor,
} from "#modules/invoices/index.ts";
import { listReturned, type Returned } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** What was given back of an invoice so far, by credit notes, changes, refunds and disputes. */
export async function loadGivenBack(tx: Tx, invoice: Invoice): Promise<GivenBack> {
  const [returned] = await listReturned(tx, [invoice]);
  return givenBackOf(tx, invoice, returned?.amountMinor ?? 0n);
}

async function givenBackOf(tx: Tx, invoice: Invoice, returnedMinor: bigint): Promise<GivenBack> {
  return {
    lines: await listTakenBack(tx, invoice),
    ...againstPromises(returnedMinor, await promisedRefundMinor(tx, invoice)),
  };
}

/**
 * What was charged in advance to subscriptions for time that is not over, and what of it nobody gave
 * back: by whichever way, of its line or of its whole invoice.
 */
export async function loadRunning(tx: Tx, keys: readonly InstantKey[]): Promise<RunningLine[]> {
  let lines = await listRunningLines(tx, keys);
  const invoices = new Map(
    lines.map(({ customerId, invoiceId }) => {
      const key = { customerId, id: invoiceId };
      return [ownedKey(key), key];
    }),
  );
  for (const returned of await listReturned(tx, [...invoices.values()])) {
    const mostMinor = await keptOf(tx, returned);
    lines = keptWithin(lines, returned, mostMinor);
  }
  return lines;
}

async function keptOf(tx: Tx, { invoice: key, amountMinor }: Returned): Promise<bigint> {
  const invoice = await getInvoice(tx, key);
  return keptMinor(invoice, await givenBackOf(tx, invoice, amountMinor));
}

/** The lines of one invoice keep no more together than it does, the first ones first. */
function keptWithin(
  lines: readonly RunningLine[],
  { invoice }: Returned,
  mostMinor: bigint,
): RunningLine[] {
  let left = mostMinor > 0n ? mostMinor : 0n;
  return lines.map((line) => {
    if (line.customerId !== invoice.customerId || line.invoiceId !== invoice.id) return line;
    const kept = line.keptMinor < left ? line.keptMinor : left;
    left -= kept;
    return { ...line, keptMinor: kept };
  });
}
