import { describe, expect, test } from "vitest";
import { formatTokenText, parseTokenText } from "./token-text.ts";

const secret = "S".repeat(43);
const token = { side: "live", customerId: 0n, id: 1n, secret } as const;

describe("a token's text", () => {
  test("names brand, side and row before the secret", () => {
    expect(formatTokenText("ship", token)).toBe(`ship_live_${"0".repeat(25)}1.${secret}`);
    expect(formatTokenText("ship", { ...token, side: "sandbox" })).toMatch(/^ship_test_/);
  });

  test.each(["ship", "a_live_b", "x_test"])("is read back, whatever the brand %s says", (brand) => {
    for (const side of ["live", "sandbox"] as const) {
      expect(parseTokenText(formatTokenText(brand, { ...token, side }))).toEqual({
        ...token,
        side,
      });
    }
  });

  test.each([
    { text: "", because: "it is empty" },
    { text: secret, because: "it is only a secret" },
    { text: `ship_live_${"0".repeat(25)}1`, because: "it has no secret" },
    { text: `ship_live_${"0".repeat(24)}1.${secret}`, because: "the id is cut" },
    { text: `ship_live_${"u".repeat(26)}.${secret}`, because: "u is no digit of an id" },
    { text: `ship_live_${"z".repeat(26)}.${secret}`, because: "the id exceeds 63 bits" },
    { text: `ship_live_${"0".repeat(25)}1.${secret}!`, because: "something follows" },
    { text: `_live_${"0".repeat(25)}1.${secret}`, because: "there is no brand" },
  ])("is no token when $because", ({ text }) => {
    expect(parseTokenText(text)).toBeNull();
  });
});
