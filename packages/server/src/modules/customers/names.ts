import type { OwnedId } from "#kernel/ids.ts";
import type { Name } from "#platform/db/lookup.ts";

/** The kinds of names that only one customer of a project may have. */
export const EXTERNAL_ID_KIND = "customer.external_id";

/** The merchant's own id for a customer. */
export function externalIdName(value: string): Name {
  return { kind: EXTERNAL_ID_KIND, value };
}

/** An e-mail address, however it is capitalised. */
export function emailName(email: string): Name {
  return { kind: "customer.email", value: email.toLowerCase() };
}

/** A customer as the holder of a name. */
export function holder(customerId: bigint): OwnedId {
  return { customerId, id: customerId };
}
