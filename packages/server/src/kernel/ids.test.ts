import { describe, expect, test } from "vitest";
import { decodeHalf, encodeHalf, formatOwnedId, idSource, parseOwnedId } from "./ids.ts";

describe("an id", () => {
  test("of an object finds its customer", () => {
    const key = { customerId: 123_456_789n, id: 987_654_321n };
    const text = formatOwnedId("subscription", key);
    expect(text).toMatch(/^sub_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(parseOwnedId("subscription", text)).toEqual(key);
  });

  test.each([
    { text: "inv_00000000000000000000000000", because: "it is another type's" },
    { text: "sub_0000000000000", because: "it is too short" },
    { text: "sub_000000000000000000000000u0", because: "u is not in the alphabet" },
    { text: "sub_zzzzzzzzzzzzz0000000000000", because: "65 bits do not fit" },
    { text: "", because: "it is empty" },
  ])("is refused when $because", ({ text }) => {
    expect(parseOwnedId("subscription", text)).toBeNull();
  });

  test("keeps the order of its number", () => {
    const halves = [0n, 1n, 31n, 32n, 1n << 40n, (1n << 63n) - 1n];
    expect(halves.map(encodeHalf).toSorted()).toEqual(halves.map(encodeHalf));
    expect(halves.map(encodeHalf).map(decodeHalf)).toEqual(halves);
  });

  test("is new each time, even thousands of times within one millisecond", () => {
    const newId = idSource({ now: () => 1_700_000_000_000 }, () => 0.999_999_9);
    const ids = Array.from({ length: 5000 }, newId);
    expect(new Set(ids).size).toBe(5000);
    expect(ids).toEqual(ids.toSorted((one, other) => (one < other ? -1 : 1)));
  });
});
