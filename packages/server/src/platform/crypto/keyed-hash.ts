import { createHmac, timingSafeEqual } from "node:crypto";
import { assert } from "#kernel/assert.ts";

/** Hashes secrets so that the database alone never gives one away. */
export interface SecretHasher {
  /** HMAC-SHA-256 of the text, 32 bytes. */
  hash(text: string): Buffer;
  /** Whether the text has this hash, taking equally long for every wrong text. */
  matches(text: string, hash: Buffer): boolean;
}

const PEPPER_LENGTH_MIN = 32;

/**
 * A hasher for one purpose ("access_token"). `pepper` is the server's own secret, at least 32
 * characters, kept outside the database. Two purposes give one text two unrelated hashes.
 */
export function createSecretHasher(pepper: string, purpose: string): SecretHasher {
  const key = derivedKey(pepper, purpose);
  const hash = (text: string) => createHmac("sha256", key).update(text).digest();
  return {
    hash,
    matches: (text, expected) => sameBytes(hash(text), expected),
  };
}

/** 32 bytes that only the pepper's holder can know, different for each purpose. */
export function derivedKey(pepper: string, purpose: string): Buffer {
  assert(pepper.length >= PEPPER_LENGTH_MIN, "a pepper that can be guessed protects nothing");
  return createHmac("sha256", pepper).update(`farthing/${purpose}`).digest();
}

/** Compares in a time that depends on the lengths alone. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
