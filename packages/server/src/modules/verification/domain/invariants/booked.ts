import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { TransferFact } from "#modules/verification/domain/facts.ts";
import { pairs } from "#modules/verification/domain/matching.ts";
import { minorText, type ObjectName } from "#modules/verification/domain/names.ts";

/** A transfer that has to be in the books because of an object. */
export interface Due extends OwnedId, Movement {}

export interface Movement {
  readonly currency: string;
  readonly debitAccount: string;
  readonly creditAccount: string;
  readonly amountMinor: bigint;
}

export interface Bookkeeping {
  readonly due: readonly Due[];
  /** All transfers from objects of this kind. */
  readonly booked: readonly TransferFact[];
  readonly nameOf: (key: OwnedId) => ObjectName;
}

/** The objects whose one transfer is missing, is another, or is there more than once. */
export function bookedWrongly({ due, booked, nameOf }: Bookkeeping): Finding[] {
  return pairs(due, ownedKey, booked, sourceKey).flatMap(({ left: [wanted], right: found }) => {
    const key = wanted ?? sourceOf(found);
    const [only, ...others] = found;
    const isBooked = wanted !== undefined && only !== undefined && isSame(wanted, only);
    if (key === undefined || (isBooked && others.length === 0)) return [];
    return [
      { ...nameOf(key), expected: textOf(wanted), found: found.map(textOf).join("; ") || textOf() },
    ];
  });
}

export function sourceOf([transfer]: readonly TransferFact[]): OwnedId | undefined {
  return transfer && { customerId: transfer.customerId, id: transfer.sourceId };
}

export function sourceKey({ customerId, sourceId }: TransferFact): string {
  return ownedKey({ customerId, id: sourceId });
}

export function isSame(one: Movement, other: Movement): boolean {
  return textOf(one) === textOf(other);
}

export function textOf(movement?: Movement): string {
  if (movement === undefined) return "no transfer";
  const { debitAccount, creditAccount, amountMinor, currency } = movement;
  return `${minorText(amountMinor, currency)} to ${debitAccount} from ${creditAccount}`;
}
