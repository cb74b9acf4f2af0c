import { assert } from "#kernel/assert.ts";

/** Where chance comes from: `randomBytes` of `node:crypto`, or a test's own. */
export type RandomBytes = (count: number) => Uint8Array;

const SECRET_BYTES = 32;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = BigInt(ALPHABET.length);

/** How many characters 256 bits take in base 62. */
const SECRET_CHARACTERS = 43;

/** A new secret of 256 bits: 43 letters and digits, so that a double click selects all of it. */
export function randomSecret(randomBytes: RandomBytes): string {
  const bytes = randomBytes(SECRET_BYTES);
  assert(bytes.length === SECRET_BYTES, "a secret has all of its 256 bits");
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; text.length < SECRET_CHARACTERS; rest /= BASE) {
    text = ALPHABET.charAt(Number(rest % BASE)) + text;
  }
  return text;
}
