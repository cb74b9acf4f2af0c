import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { chained, emptyChain, type Transfer, transfersOf } from "./index.ts";

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest();

const transfer: Transfer = {
  customerId: 7n,
  currency: "JMD",
  debitAccount: "receivable",
  creditAccount: "revenue",
  amountMinor: 1_169_900n,
  sourceType: "invoice",
  sourceId: 9n,
  occurredAtMs: Date.UTC(2026, 1, 28),
};

describe("the chain", () => {
  test("hashes what came before with every field of the transfer", () => {
    const content = "7|1|JMD|receivable|revenue|1169900|invoice|9|2026-02-28T00:00:00.000Z";
    const expected = createHash("sha256").update(Buffer.alloc(32)).update(content).digest("hex");
    expect(Buffer.from(chained(emptyChain, transfer, sha256).hash).toString("hex")).toBe(expected);
  });

  test("shows a change to an earlier transfer in every later hash", () => {
    const lastHash = (first: Transfer) =>
      chained(chained(emptyChain, first, sha256), transfer, sha256).hash;
    expect(lastHash(transfer)).not.toEqual(lastHash({ ...transfer, amountMinor: 1n }));
  });
});

describe("a movement", () => {
  test("of nothing moves nothing", () => {
    expect(transfersOf({ ...transfer, amountMinor: 0n })).toEqual([]);
  });

  test("of a negative amount goes the other way, so that every transfer is positive", () => {
    expect(transfersOf({ ...transfer, amountMinor: -5n })).toEqual([
      { ...transfer, debitAccount: "revenue", creditAccount: "receivable", amountMinor: 5n },
    ]);
  });
});
