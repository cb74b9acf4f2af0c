import { describe, expect, test } from "vitest";
import type { BillingError } from "#kernel/error.ts";
import type { Side } from "#modules/projects/domain/index.ts";
import { customerDraft } from "#test/support/builders/customer.ts";
import {
  type CustomerChanges,
  type CustomerDraft,
  changedCustomer,
  newCustomer,
  refuseUnfitTestTime,
} from "./index.ts";

const SERVER_NOW_MS = Date.UTC(2026, 0, 31);
const CLOCK_MS = Date.UTC(2001, 0, 1);

const make = (changes: Partial<CustomerDraft> = {}, side: Side = "sandbox") =>
  newCustomer(customerDraft(changes), { customerId: 7n, side, serverNowMs: SERVER_NOW_MS });

function refusalOf(work: () => unknown): Pick<BillingError, "code" | "details"> {
  try {
    work();
  } catch (error) {
    return error as BillingError;
  }
  throw new Error("it was not refused");
}

function pathsOf(work: () => unknown): unknown {
  const { code, details } = refusalOf(work);
  expect(code).toBe("customer_invalid");
  return (details["errors"] as { path: string }[]).map(({ path }) => path);
}

describe("a new customer", () => {
  test.each([
    { testClockAtMs: null, createdAtMs: SERVER_NOW_MS, because: "it lives by the server's time" },
    { testClockAtMs: CLOCK_MS, createdAtMs: CLOCK_MS, because: "it lives by its own clock" },
  ])("is made at $createdAtMs: $because", ({ testClockAtMs, createdAtMs }) => {
    expect(make({ testClockAtMs })).toMatchObject({ customerId: 7n, testClockAtMs, createdAtMs });
  });

  test.each<{ changes: Partial<CustomerDraft>; because: string }>([
    { changes: { name: "x".repeat(200) }, because: "200 characters are the most" },
    { changes: { email: "ada+billing@x" }, because: "only its owner knows whether it works" },
    { changes: { externalId: "0" }, because: "ids are the merchant's business" },
    { changes: { timeZone: "America/Jamaica" }, because: "it is an IANA name" },
    { changes: { currency: "JMD" }, because: "it is a currency" },
  ])("is taken with $changes: $because", ({ changes }) => {
    expect(make(changes)).toMatchObject(changes);
  });

  test.each<{ changes: Partial<CustomerDraft>; paths: string[]; because: string }>([
    { changes: { name: "" }, paths: ["/name"], because: "an invoice names someone" },
    { changes: { name: "  " }, paths: ["/name"], because: "spaces are no name" },
    { changes: { name: "x".repeat(201) }, paths: ["/name"], because: "200 are the most" },
    { changes: { email: "ada" }, paths: ["/email"], because: "it has no domain" },
    { changes: { email: "a b@x" }, paths: ["/email"], because: "it has a space" },
    { changes: { email: `${"x".repeat(320)}@y` }, paths: ["/email"], because: "it is too long" },
    { changes: { externalId: " " }, paths: ["/external_id"], because: "spaces are no id" },
    {
      changes: { externalId: "x".repeat(201) },
      paths: ["/external_id"],
      because: "200 characters are the most",
    },
    {
      changes: { name: "", email: "", externalId: "" },
      paths: ["/name", "/email", "/external_id"],
      because: "every fault is told at once",
    },
  ])("is refused at $paths: $because", ({ changes, paths }) => {
    expect(pathsOf(() => make(changes))).toEqual(paths);
  });

  test.each([
    { changes: { timeZone: "Jamaica/America" }, code: "time_zone_unknown" },
    { changes: { timeZone: "" }, code: "time_zone_unknown" },
    { changes: { currency: "XYZ" }, code: "currency_unknown" },
    { changes: { testClockAtMs: -1 }, code: "time_invalid" },
    { changes: { testClockAtMs: Date.UTC(9999, 0, 1) }, code: "time_invalid" },
  ])("is refused with $changes: $code", ({ changes, code }) => {
    expect(refusalOf(() => make(changes)).code).toBe(code);
  });

  test("has no test clock on the live side", () => {
    const refusal = refusalOf(() => make({ testClockAtMs: CLOCK_MS }, "live"));
    expect(refusal.code).toBe("test_clock_on_live_side");
    expect(make({}, "live").testClockAtMs).toBeNull();
  });
});

describe("a test clock", () => {
  test.each(["1970-01-01T00:00:00.000Z", "2099-12-31T23:59:59.999Z"])("may stand at %s", (at) => {
    expect(() => refuseUnfitTestTime(Date.parse(at))).not.toThrow();
  });

  test.each([
    { atMs: -1, because: "computers count from 1970" },
    { atMs: Date.UTC(2100, 0, 1), because: "nothing is planned so far ahead" },
    { atMs: Number.NaN, because: "it is no instant" },
  ])("may not stand at $atMs: $because", ({ atMs }) => {
    expect(refusalOf(() => refuseUnfitTestTime(atMs)).code).toBe("time_invalid");
  });
});

describe("a changed customer", () => {
  const customer = make({ email: "ada@x", externalId: "A-1", metadata: { tier: "gold" } });

  test.each<{ changes: CustomerChanges; because: string }>([
    { changes: {}, because: "nothing was said" },
    { changes: { name: "Ada" }, because: "names change" },
    { changes: { email: null }, because: "an address may be taken back" },
    { changes: { timeZone: "Asia/Tokyo" }, because: "people move" },
    { changes: { metadata: {} }, because: "metadata is replaced as a whole" },
  ])("is the same but for $changes: $because", ({ changes }) => {
    expect(changedCustomer(customer, changes)).toEqual({ ...customer, ...changes });
  });

  test("keeps the rules of a new one", () => {
    expect(pathsOf(() => changedCustomer(customer, { email: "ada" }))).toEqual(["/email"]);
    const refusal = refusalOf(() => changedCustomer(customer, { timeZone: "Mars/Olympus" }));
    expect(refusal).toMatchObject({
      code: "time_zone_unknown",
      details: { time_zone: "Mars/Olympus" },
    });
  });
});
