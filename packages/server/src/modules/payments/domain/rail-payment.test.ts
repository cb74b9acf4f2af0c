import { describe, expect, test } from "vitest";
import { findAttempt, type RailPayment } from "./index.ts";

const open: RailPayment = {
  ref: "pi_1",
  madeFor: "pay_1",
  status: "open",
  latestChargeRef: null,
  failureCode: null,
  actionUrl: null,
  amountMinor: 100n,
  currency: "JMD",
};
const refused = { ...open, latestChargeRef: "ch_2", failureCode: "insufficient_funds" };
const declined = (code: string) => ({ type: "settled", outcome: { type: "declined", code } });

describe("what became of an attempt whose answer was lost", () => {
  test.each([
    {
      payment: open,
      known: [],
      finding: { type: "not_happened" },
      because: "the rail has no try at all",
    },
    {
      payment: refused,
      known: [],
      finding: declined("insufficient_funds"),
      because: "the only try was this one",
    },
    {
      payment: refused,
      known: ["ch_1", "ch_2"],
      finding: { type: "not_happened" },
      because: "the latest try is an earlier attempt's",
    },
    {
      payment: refused,
      known: ["ch_1"],
      finding: declined("insufficient_funds"),
      because: "the latest try is none of the earlier attempts'",
    },
    {
      payment: { ...refused, failureCode: "authentication_required" },
      known: [],
      finding: {
        type: "settled",
        outcome: { type: "needs_action", code: "authentication_required" },
      },
      because: "the bank wants the payer",
    },
    {
      payment: { ...open, status: "succeeded" as const, latestChargeRef: "ch_2" },
      known: [],
      finding: { type: "settled", outcome: { type: "succeeded" } },
      because: "the money has moved",
    },
    {
      payment: { ...open, status: "pending" as const },
      known: [],
      finding: { type: "undecided" },
      because: "the bank has not answered yet",
    },
    {
      payment: { ...open, status: "canceled" as const },
      known: [],
      finding: declined("payment_canceled"),
      because: "somebody canceled it at the rail",
    },
  ])("$finding: $because", ({ payment, known, finding }) => {
    expect(findAttempt(payment, new Set(known))).toEqual(finding);
  });
});
