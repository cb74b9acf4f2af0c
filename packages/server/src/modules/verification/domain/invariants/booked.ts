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

/** The objects of whose transfers one is missing, is another, or is there more than once. */
export function bookedWrongly({ due, booked, nameOf }: Bookkeeping): Finding[] {
  return pairs(due, ownedKey, booked, sourceKey).flatMap(({ left, right }) => {
    const key = left[0] ?? sourceOf(right);
    const [expected, found] = [listText(left), listText(right)];
    return key === undefined || expected === found ? [] : [{ ...nameOf(key), expected, found }];
  });
}

/** What goes below zero goes the other way; nothing moves for nothing. */
export function movementsOf<Movable extends Movement>(movement: Movable): Movable[] {
  const { debitAccount, creditAccount, amountMinor } = movement;
  if (amountMinor === 0n) return [];
  if (amountMinor > 0n) return [movement];
  const turned = { debitAccount: creditAccount, creditAccount: debitAccount };
  return [{ ...movement, ...turned, amountMinor: -amountMinor }];
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

/** Alike for the same movements in whatever order. */
function listText(movements: readonly Movement[]): string {
  return movements.map(textOf).toSorted().join("; ") || textOf();
}
