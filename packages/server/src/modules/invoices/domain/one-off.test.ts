import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roundToMinor } from "#kernel/money.ts";
import { parseNanos } from "#kernel/nanos.ts";
import { explainLine, type OneOffAsked, oneOffInvoice } from "./index.ts";

const NOW_MS = Date.UTC(2026, 1, 3, 9);
const facts = {
  customerId: 1n,
  id: 2n,
  currency: "JMD",
  nowMs: NOW_MS,
  terms: { collection: "charge", netDays: 30 },
  pending: [],
} as const;
const EVIDENCE = { used: { quantity: 0n, events: null }, charges: [], invoiceNumber: 1n };

const nanos = (text: string) => parseNanos(text) ?? 0n;
const item = (quantity: string, unitAmount: string) => ({
  description: "Setting up",
  quantity: nanos(quantity),
  unitAmount: nanos(unitAmount),
});
const asked = (more: Partial<OneOffAsked> = {}): OneOffAsked => ({
  items: [item("1", "10")],
  collection: "send",
  dueDays: null,
  ...more,
});

describe("what is charged once", () => {
  test.each([
    { items: [item("1", "10")], total: 1000n, because: "one of ten" },
    { items: [item("2.5", "19.99")], total: 4998n, because: "49.975 is rounded once" },
    { items: [item("3", "0.005"), item("3", "0.005")], total: 4n, because: "each line by itself" },
    { items: [item("1", "10"), item("2", "-2.5")], total: 500n, because: "a line may take off" },
    { items: [item("1", "10"), item("1", "-10")], total: 0n, because: "down to nothing" },
  ])("comes to $total: $because", ({ items, total }) => {
    const draft = oneOffInvoice(asked({ items }), facts);
    expect(draft).toMatchObject({ subscriptionId: null, reason: "one_off", totalMinor: total });
  });
});

describe("on what terms it is paid", () => {
  test.each([
    { collection: "charge", dueDays: null, terms: { collection: "charge", netDays: 30 } },
    { collection: "send", dueDays: 14, terms: { collection: "send", netDays: 14 } },
    { collection: "send", dueDays: 0, terms: { collection: "send", netDays: 0 } },
    { collection: "send", dueDays: null, terms: { collection: "send", netDays: 30 } },
    { collection: null, dueDays: null, terms: facts.terms },
  ] as const)("$collection with $dueDays", ({ terms, ...more }) => {
    expect(oneOffInvoice(asked(more), facts)).toMatchObject({ terms });
  });
});

function refusalOf(more: Partial<OneOffAsked>): unknown {
  try {
    return oneOffInvoice(asked(more), facts);
  } catch (error) {
    return error;
  }
}

describe("what is refused", () => {
  test.each([
    { more: { items: [item("0", "10")] }, code: "quantity_invalid" },
    { more: { items: [item("-1", "10")] }, code: "quantity_invalid" },
    { more: { items: [item("1000000000000000", "10")] }, code: "quantity_invalid" },
    { more: { items: [item("1", "1000000000000")] }, at: "/lines/0/unit_amount" },
    { more: { items: [item("1", "-1000000000000")] }, at: "/lines/0/unit_amount" },
    { more: { items: [item("1", "10"), item("1", "-10.01")] }, at: "/lines" },
    { more: { items: [] }, at: "/lines" },
    { more: { collection: "charge", dueDays: 3 }, at: "/due_days" },
  ] as const)("$more", ({ more, ...refusal }) => {
    expect(refusalOf(more)).toMatchObject(
      "code" in refusal
        ? refusal
        : { code: "invoice_invalid", details: { errors: [{ path: refusal.at }] } },
    );
  });
});

test("every line is computed again to its amount, in any currency", () => {
  const quantities = fc.bigInt({ min: 1n, max: 10n ** 20n });
  const amounts = fc.bigInt({ min: 0n, max: 10n ** 18n });
  const currencies = fc.constantFrom("JPY", "JMD", "KWD");
  fc.assert(
    fc.property(quantities, amounts, currencies, (quantity, unitAmount, currency) => {
      const items = [{ description: "Any", quantity, unitAmount }];
      const [line] = oneOffInvoice(asked({ items }), { ...facts, currency }).lines;
      if (line === undefined) return false;
      const explained = explainLine(line, currency, EVIDENCE);
      return explained.holds && line.amountMinor === roundToMinor(quantity * unitAmount, currency);
    }),
  );
});
