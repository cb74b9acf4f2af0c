import { parseOwnedId } from "#kernel/ids.ts";

/** Whose money something at the rail is, by our own id that it was made for; null for what is not ours. */
export function ownerOf(madeFor: string | null): bigint | null {
  if (madeFor === null) return null;
  const key =
    parseOwnedId("payment", madeFor) ??
    parseOwnedId("checkout", madeFor) ??
    parseOwnedId("invoicePage", madeFor);
  return key?.customerId ?? null;
}
