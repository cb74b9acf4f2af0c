import { present } from "#kernel/assert.ts";
import {
  type ChainedTransfer,
  chained,
  emptyChain,
  type Transfer,
  transfersOf,
} from "#modules/ledger/domain/index.ts";
import { sha256 } from "#platform/crypto/sha256.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  type Credit,
  insertHeads,
  insertTransfers,
  listCredit,
  lockHeads,
  updateHeads,
} from "./store.ts";

export {
  type Credit,
  listBalances,
  listCredit,
  listTransfersWrittenHere,
  sumBySource,
} from "./store.ts";

/**
 * Writes transfers at the end of their customers' chains, in the order given. An amount of zero moves
 * nothing; a negative one moves the other way.
 */
export async function postTransfers(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
  const posted = transfers.flatMap(transfersOf);
  if (posted.length === 0) return;
  const heads = await lockedHeads(tx, [...new Set(posted.map(({ customerId }) => customerId))]);
  const links = posted.map((transfer): ChainedTransfer => {
    const head = present(heads.get(transfer.customerId), "every customer's chain is locked");
    const link = chained(head, transfer, sha256);
    heads.set(transfer.customerId, link);
    return link;
  });
  await insertTransfers(tx, links);
  await updateHeads(tx, heads);
}

/**
 * What these customers have to their credit. Where any of them has some, nobody else can use it until
 * the transaction ends: their books are locked, all of them, in the order in which posting locks them.
 */
export async function holdCredit(tx: Tx, customerIds: readonly bigint[]): Promise<Credit[]> {
  const seen = await listCredit(tx, customerIds);
  if (seen.length === 0) return seen;
  await lockHeads(tx, customerIds);
  return listCredit(tx, customerIds);
}

async function lockedHeads(tx: Tx, customerIds: readonly bigint[]) {
  const heads = await lockHeads(tx, customerIds);
  if (heads.size === customerIds.length) return heads;
  await insertHeads(
    tx,
    customerIds.filter((customerId) => !heads.has(customerId)),
    emptyChain,
  );
  return lockHeads(tx, customerIds);
}
