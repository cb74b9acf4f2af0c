import { isoInstant } from "#kernel/clock.ts";
import type { Transfer } from "./transfer.ts";

/** Where a customer's chain ends. */
export interface ChainHead {
  readonly sequence: bigint;
  readonly hash: Uint8Array;
}

export interface ChainedTransfer extends Transfer {
  /** Counted from 1 within the customer's books. */
  readonly sequence: bigint;
  /** SHA-256 over the hash before it and this transfer's content. */
  readonly hash: Uint8Array;
}

export type Sha256 = (content: Uint8Array) => Uint8Array;

/** The chain of a customer who has no transfers yet. */
export const emptyChain: ChainHead = { sequence: 0n, hash: new Uint8Array(32) };

/** Links a transfer to what came before it, so that no earlier one can be changed unnoticed. */
export function chained(head: ChainHead, transfer: Transfer, sha256: Sha256): ChainedTransfer {
  const sequence = head.sequence + 1n;
  return { ...transfer, sequence, hash: sha256(linkContent(head.hash, sequence, transfer)) };
}

/** What is hashed: the hash before, then the fields joined by `|` in UTF-8, in this order for ever. */
function linkContent(previous: Uint8Array, sequence: bigint, transfer: Transfer): Uint8Array {
  const fields = [
    transfer.customerId,
    sequence,
    transfer.currency,
    transfer.debitAccount,
    transfer.creditAccount,
    transfer.amountMinor,
    transfer.sourceType,
    transfer.sourceId,
    isoInstant(transfer.occurredAtMs),
  ].join("|");
  const content = new TextEncoder().encode(fields);
  const joined = new Uint8Array(previous.length + content.length);
  joined.set(previous);
  joined.set(content, previous.length);
  return joined;
}
