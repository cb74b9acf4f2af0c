import { describe, expect, test } from "vitest";
import { type FarthingOptions, readConfig } from "./config.ts";

const KEY_ID = "0123456789abcdefghjkmnpqrs";
const options = { accessToken: `farthing_test_${KEY_ID}.s3cret`, mode: "sandbox" } as const;

function reading(changes: Partial<FarthingOptions>) {
  return () => readConfig({ ...options, ...changes });
}

describe("the token and the mode", () => {
  test.each([
    { token: `farthing_live_${KEY_ID}.s`, mode: "live" },
    { token: `farthing_test_${KEY_ID}.s`, mode: "sandbox" },
    { token: `ship_fast_live_${KEY_ID}.s`, mode: "live" },
    { token: `go_live_test_${KEY_ID}.s`, mode: "sandbox" },
    { token: `acme_test_${KEY_ID}.with_live_${KEY_ID}.inside`, mode: "sandbox" },
    { token: "something-else-altogether", mode: "live" },
    { token: "something-else-altogether", mode: "sandbox" },
    { token: "farthing_live_tooshort.s", mode: "sandbox" },
  ] as const)("$token goes with $mode", ({ token, mode }) => {
    expect(reading({ accessToken: token, mode, baseUrl: "https://b.example" })).not.toThrow();
  });

  test.each([
    { token: `farthing_live_${KEY_ID}.s`, mode: "sandbox", side: "live" },
    { token: `farthing_test_${KEY_ID}.s`, mode: "live", side: "sandbox" },
    { token: `ship_fast_live_${KEY_ID}.s`, mode: "sandbox", side: "live" },
    { token: `go_live_test_${KEY_ID}.s`, mode: "live", side: "sandbox" },
  ] as const)("$token does not go with $mode", ({ token, mode, side }) => {
    expect(reading({ accessToken: token, mode, baseUrl: "https://b.example" })).toThrow(
      `accessToken belongs to the ${side} side, but mode is "${mode}".`,
    );
  });

  test.each([undefined, "", "token\n", "two words", "tokén"])("%j is no token", (accessToken) => {
    expect(reading({ accessToken })).toThrow(/^accessToken /);
  });

  test("a mistaken mode is named", () => {
    expect(reading({ mode: "production" as "live" })).toThrow('not "production"');
  });
});

describe("the base URL", () => {
  test("is this machine in the sandbox", () => {
    expect(readConfig(options).baseUrl).toBe("http://127.0.0.1:4242");
  });

  test("is required in live", () => {
    expect(reading({ accessToken: "t", mode: "live" })).toThrow("baseUrl is required in live");
  });

  test("loses its last slash", () => {
    expect(reading({ baseUrl: "https://b.example/billing/" })().baseUrl).toBe(
      "https://b.example/billing",
    );
  });

  test.each([
    "b.example",
    "ftp://b.example",
    "https://",
    "https://user:password@b.example",
    "https://b.example?x=1",
    "https://b.example#x",
    "https://b.example:port",
  ])("is not %s", (baseUrl) => {
    expect(reading({ baseUrl })).toThrow("baseUrl is not a plain http(s) address");
  });
});

describe("numbers", () => {
  test.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { timeoutMs: Number.NaN },
    { retry: { attemptCountMax: 0 } },
    { retry: { attemptCountMax: 2.5 } },
    { retry: { attemptCountMax: Number.POSITIVE_INFINITY } },
    { retry: { baseDelayMs: -1 } },
    { retry: { delayMsMax: Number.NaN } },
    { retry: { retryAfterMsMax: 2 ** 31 } },
  ])("%o is refused", (changes) => {
    expect(reading(changes)).toThrow(TypeError);
  });
});
