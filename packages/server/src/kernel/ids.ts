import { assert } from "./assert.ts";
import type { Clock } from "./clock.ts";

/**
 * Ids are made by the application. An object's own half is 64 bits: 42 of milliseconds and 21 random
 * ones, kept rising within a process. What belongs to a customer carries the customer's 64 bits in
 * front, so that an id finds its customer without a query. On the wire an id is its type's prefix and
 * Crockford base32, 13 characters for each 64 bits. Authorisation never relies on an id.
 */
export const idPrefixes = {
  accessToken: "tok_",
  checkout: "chk_",
  creditNote: "crn_",
  customer: "cus_",
  delivery: "dlv_",
  dispute: "dsp_",
  event: "evt_",
  invoice: "inv_",
  invoiceItem: "itm_",
  invoicePage: "ivp_",
  manualPayment: "mpy_",
  payment: "pay_",
  paymentMethod: "pm_",
  plan: "plan_",
  planMigration: "mig_",
  price: "price_",
  reconciliation: "rcn_",
  refund: "rfd_",
  subscription: "sub_",
  webhookEndpoint: "whe_",
} as const;

export type IdType = keyof typeof idPrefixes;

/** Names one object of a customer: both halves of its id. */
export interface OwnedId {
  readonly customerId: bigint;
  readonly id: bigint;
}

/** Makes the own half of a new id. */
export type NewId = () => bigint;

const RANDOM_BITS = 21n;
const RANDOM_COUNT = 1 << 21;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const HALF_CHARACTERS = 13;
const VALUE_OF = new Map([...ALPHABET].map((character, value) => [character, BigInt(value)]));

/**
 * A source of ids that never gives the same one twice in a process, and that two processes hardly
 * ever share: within one millisecond it counts on from a random start.
 */
export function idSource(clock: Clock, random: () => number): NewId {
  let last = 0n;
  return () => {
    const fresh =
      (BigInt(clock.now()) << RANDOM_BITS) | BigInt(Math.floor(random() * RANDOM_COUNT));
    last = fresh > last ? fresh : last + 1n;
    return last;
  };
}

/** The id of an object that belongs to a customer: `sub_` and 26 characters. */
export function formatOwnedId(type: IdType, { customerId, id }: OwnedId): string {
  return idPrefixes[type] + encodeHalf(customerId) + encodeHalf(id);
}

/** The id of a customer or of a project's own object, such as a plan: 13 characters. */
export function formatId(type: IdType, id: bigint): string {
  return idPrefixes[type] + encodeHalf(id);
}

/** Both halves of an id, or null for text that is no id of this type. */
export function parseOwnedId(type: IdType, text: string): OwnedId | null {
  const body = withoutPrefix(type, text);
  if (body?.length !== 2 * HALF_CHARACTERS) return null;
  const customerId = decodeHalf(body.slice(0, HALF_CHARACTERS));
  const id = decodeHalf(body.slice(HALF_CHARACTERS));
  return customerId === null || id === null ? null : { customerId, id };
}

/** The 64 bits of a 13-character id, or null for text that is no id of this type. */
export function parseId(type: IdType, text: string): bigint | null {
  const body = withoutPrefix(type, text);
  return body?.length === HALF_CHARACTERS ? decodeHalf(body) : null;
}

/** A map key for an object of a customer. */
export function ownedKey({ customerId, id }: OwnedId): string {
  return `${customerId}:${id}`;
}

export function encodeHalf(half: bigint): string {
  assert(half >= 0n && half < 1n << 63n, "an id half is a positive bigint of PostgreSQL");
  // Numbers are many times quicker than bigints, and 30 and 35 bits of the half fit into one each.
  return encodeBits(Number(half >> 30n), 7) + encodeBits(Number(half & 0x3fff_ffffn), 6);
}

function encodeBits(bits: number, characters: number): string {
  let text = "";
  for (let rest = bits; text.length < characters; rest = Math.floor(rest / 32)) {
    text = ALPHABET.charAt(rest % 32) + text;
  }
  return text;
}

export function decodeHalf(text: string): bigint | null {
  let half = 0n;
  for (const character of text) {
    const value = VALUE_OF.get(character);
    if (value === undefined) return null;
    half = (half << 5n) | value;
  }
  return half < 1n << 63n ? half : null;
}

function withoutPrefix(type: IdType, text: string): string | null {
  const prefix = idPrefixes[type];
  return text.startsWith(prefix) ? text.slice(prefix.length) : null;
}
