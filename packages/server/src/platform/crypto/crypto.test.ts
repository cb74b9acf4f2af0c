import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSecretHasher, sameBytes } from "./keyed-hash.ts";
import { randomSecret } from "./random-secret.ts";
import { createSealer } from "./sealer.ts";

const pepper = "a pepper of at least thirty-two characters";

describe("a keyed hash", () => {
  const hasher = createSecretHasher(pepper, "access_token");

  test("knows its own text and no other", () => {
    const hash = hasher.hash("secret");

    expect(hash).toHaveLength(32);
    expect(hasher.matches("secret", hash)).toBe(true);
    expect(hasher.matches("Secret", hash)).toBe(false);
    expect(hasher.matches("secret", hash.subarray(1))).toBe(false);
  });

  test("differs by purpose and by pepper", () => {
    const others = [
      createSecretHasher(pepper, "license"),
      createSecretHasher(`${pepper}!`, "access_token"),
    ];

    for (const other of others) expect(other.matches("secret", hasher.hash("secret"))).toBe(false);
  });

  test("refuses a pepper that could be guessed", () => {
    expect(() => createSecretHasher("short", "access_token")).toThrow("guessed");
  });

  test("compares bytes of any length", () => {
    expect(sameBytes(Buffer.from("ab"), Buffer.from("ab"))).toBe(true);
    expect(sameBytes(Buffer.from("ab"), Buffer.from("abc"))).toBe(false);
  });
});

describe("a random secret", () => {
  test("writes leading zeros, so that every secret is equally long", () => {
    expect(randomSecret((count) => Buffer.alloc(count))).toBe("0".repeat(43));
    expect(randomSecret((count) => Buffer.alloc(count, 0xff))).toHaveLength(43);
  });

  test("holds every bit it was given", () => {
    const bytes = randomBytes(32);

    expect(base62Value(randomSecret(() => bytes))).toBe(BigInt(`0x${bytes.toString("hex")}`));
  });
});

describe("a sealer", () => {
  const sealer = createSealer(pepper, randomBytes);

  test("opens what it sealed, in the same context only", () => {
    const sealed = sealer.seal("naïve £", "project 2");

    expect(sealed.includes(Buffer.from("naïve"))).toBe(false);
    expect(sealer.open(sealed, "project 2")).toBe("naïve £");
    expect(sealer.open(sealed, "project 3")).toBeNull();
  });

  test("opens nothing that was changed, cut or sealed with another pepper", () => {
    const sealed = sealer.seal("text", "x");
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(30) ^ 1, 30);

    expect(sealer.open(changed, "x")).toBeNull();
    expect(sealer.open(sealed.subarray(0, 20), "x")).toBeNull();
    expect(createSealer(`${pepper}!`, randomBytes).open(sealed, "x")).toBeNull();
  });
});

function base62Value(text: string): bigint {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return [...text].reduce((value, digit) => value * 62n + BigInt(alphabet.indexOf(digit)), 0n);
}
