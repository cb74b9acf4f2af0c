import { expect, test } from "vitest";
import { customerDraft } from "#test/support/builders/customer.ts";
import { customerSnapshot } from "./index.ts";

const customer = {
  ...customerDraft({ externalId: "merchant-1042", email: "ada@x", metadata: { tier: "gold" } }),
  customerId: 33n,
  createdAtMs: Date.UTC(2026, 0, 31),
};

test("a customer is shown in its native shape", () => {
  expect(customerSnapshot(customer)).toEqual({
    id: "cus_0000000000011",
    external_id: "merchant-1042",
    name: "Ada Brown",
    email: "ada@x",
    time_zone: "UTC",
    currency: null,
    metadata: { tier: "gold" },
    test_clock: null,
    created_at: "2026-01-31T00:00:00.000Z",
  });
});

test("a test clock is shown with its reading", () => {
  const clocked = { ...customer, testClockAtMs: Date.UTC(2001, 0, 1) };
  expect(customerSnapshot(clocked).test_clock).toEqual({ now: "2001-01-01T00:00:00.000Z" });
});
