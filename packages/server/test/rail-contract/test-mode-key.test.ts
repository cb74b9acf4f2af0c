import { expect, test } from "vitest";
import { testModeKey } from "./test-mode-key.ts";

test.each(["sk_test_1", "rk_test_1"])("%s is taken", (key) => {
  expect(testModeKey({ STRIPE_SECRET_KEY: key })).toBe(key);
});

test.each([
  { key: undefined, message: "STRIPE_SECRET_KEY is not set" },
  { key: "sk_live_1", message: "no key of the test mode" },
  { key: "rk_live_1", message: "no key of the test mode" },
  { key: "pk_test_1", message: "no key of the test mode" },
  { key: " sk_test_1", message: "no key of the test mode" },
])("$key is refused, and not repeated", ({ key, message }) => {
  const read = () => testModeKey({ STRIPE_SECRET_KEY: key });
  expect(read).toThrow(message);
  expect(read).not.toThrow(key === undefined ? "undefined" : key);
});
