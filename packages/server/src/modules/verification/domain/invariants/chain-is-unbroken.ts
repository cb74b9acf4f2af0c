import {
  type ChainHead,
  chained,
  emptyChain,
  type Sha256,
  type Transfer,
} from "#modules/ledger/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { HeadFact, TransferFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { pairs } from "#modules/verification/domain/matching.ts";
import { customerName, transferName } from "#modules/verification/domain/names.ts";

export const chainIsUnbroken: Invariant = {
  name: "chain_is_unbroken",
  states:
    "Each transfer is chained by its hash to the one before it, and the head is the last one.",
  find({ heads, transfers, sha256 }) {
    const customerOf = ({ customerId }: HeadFact | TransferFact) => String(customerId);
    return pairs(heads, customerOf, transfers, customerOf).flatMap(({ left: [head], right }) =>
      walk(head, right, sha256),
    );
  },
};

/** Stops at the first link that does not hold: all that come after it hang on it. */
function walk(
  head: HeadFact | undefined,
  transfers: readonly TransferFact[],
  sha256: Sha256,
): Finding[] {
  let last: ChainHead = emptyChain;
  const inOrder = transfers.toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1));
  for (const transfer of inOrder) {
    const due = chained(last, transfer as Transfer, sha256);
    if (!isSameLink(due, transfer)) {
      return [{ ...transferName(transfer), expected: linkText(due), found: linkText(transfer) }];
    }
    last = due;
  }
  const customerId = head?.customerId ?? transfers[0]?.customerId;
  if (customerId === undefined || (head !== undefined && isSameLink(last, head))) return [];
  const found = head === undefined ? "no head" : linkText(head);
  return [{ ...customerName(customerId), expected: `a chain ends at ${linkText(last)}`, found }];
}

function isSameLink(one: ChainHead, other: ChainHead): boolean {
  return (
    one.sequence === other.sequence &&
    one.hash.length === other.hash.length &&
    one.hash.every((byte, at) => byte === other.hash[at])
  );
}

function linkText({ sequence, hash }: ChainHead): string {
  return `#${sequence} ${hexStart(hash)}…`;
}

function hexStart(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
