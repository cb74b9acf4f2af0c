import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import { key, newCustomerOf, paymentOf, type RailUnderTest, valueOf } from "./rail.contract.ts";
import type { JournalPage, JournalRange, Rail, RailAnswer } from "./rail.ts";

interface Moved {
  readonly ref: string;
  readonly paymentRef: string | null;
  readonly createdMs: number;
}

interface Paid {
  readonly ref: string;
  readonly madeFor: string;
}

type List = (range: JournalRange) => Promise<RailAnswer<JournalPage<Moved>>>;

/** What every rail promises of giving money back, and of telling what moved, in whichever direction. */
export function describeRailJournal(name: string, open: () => Promise<RailUnderTest>): void {
  describe(`the rail contract for what has moved, kept by ${name}`, () => {
    let under: RailUnderTest;
    let rail: Rail;
    let paid: readonly Paid[];
    beforeAll(async () => {
      under = await open();
      rail = under.rail;
      paid = await threePaid(under);
    });
    afterAll(() => under.close());

    const refundOf = (payment: Paid | undefined, amountMinor: bigint) => ({
      key: key(),
      paymentRef: payment?.ref ?? "",
      paidMinor: 1_169_900n,
      amountMinor,
      currency: "JMD",
    });

    test("money is given back once for its key, and the refund is found by it", async () => {
      const request = refundOf(paid[0], 500n);
      const refund = valueOf(await rail.refundPayment(request));
      expect(refund).toMatchObject({
        status: "succeeded",
        madeFor: request.key,
        paymentRef: request.paymentRef,
        amountMinor: 500n,
        currency: "JMD",
      });
      expect(valueOf(await rail.refundPayment(request)).ref).toBe(refund.ref);
      expect(valueOf(await rail.retrieveRefund(refund.ref))).toEqual(refund);
      const found = await rail.findRefund(request.paymentRef, request.key);
      expect(valueOf(found)).toEqual(refund);
      expect(valueOf(await rail.findRefund(request.paymentRef, key()))).toBeNull();
    });

    test("more than was charged is not given back", async () => {
      const request = refundOf(paid[0], 1_169_901n);
      expect(await rail.refundPayment(request)).toMatchObject({ type: "refused" });
    });

    test("each charge that succeeded is listed with our own id of what it was made for", async () => {
      const all = await walked((range) => rail.listCharges(range), { ...aroundNow(), after: null });
      for (const { ref, madeFor } of paid) {
        expect(all.filter(({ paymentRef }) => paymentRef === ref)).toMatchObject([
          { madeFor, amountMinor: 1_169_900n, currency: "JMD" },
        ]);
      }
    });

    describe.each<{ kind: string; list: List }>([
      { kind: "charges", list: (range) => rail.listCharges(range) },
      { kind: "refunds", list: (range) => rail.listRefunds(range) },
    ])("the list of $kind", ({ list }) => {
      let own: readonly Moved[];
      beforeAll(async () => {
        for (const payment of paid) valueOf(await rail.refundPayment(refundOf(payment, 100n)));
        own = await ownOf(list, { ...aroundNow(), after: null });
      });

      const ownOf = async (asked: List, range: JournalRange) => {
        const refs = new Set(paid.map(({ ref }) => ref));
        return (await walked(asked, range)).filter(({ paymentRef }) => refs.has(paymentRef ?? ""));
      };

      test("has each once, the newest first", () => {
        expect(own.length).toBeGreaterThanOrEqual(paid.length);
        expect(new Set(own.map(({ ref }) => ref)).size).toBe(own.length);
        const instants = own.map(({ createdMs }) => createdMs);
        expect(instants).toEqual(instants.toSorted((one, other) => other - one));
      });

      test("goes on after any of its entries", async () => {
        for (const [index, { ref }] of own.entries()) {
          const rest = await ownOf(list, { ...aroundNow(), after: ref });
          expect(rest).toEqual(own.slice(index + 1));
        }
      });

      test("takes in the first second of a range and leaves out the last", async () => {
        const atMs = own[0]?.createdMs ?? 0;
        const within = async (fromMs: number, toMs: number) => {
          const found = await ownOf(list, { fromMs, toMs, after: null });
          return found.some(({ ref }) => ref === own[0]?.ref);
        };
        expect(await within(atMs, atMs + SECOND_MS)).toBe(true);
        expect(await within(atMs - SECOND_MS, atMs)).toBe(false);
        expect(await within(atMs + 1, atMs + 2 * SECOND_MS)).toBe(false);
      });
    });
  });
}

/** Payments that succeeded, one of them after a card had failed. */
async function threePaid({ rail, cards }: RailUnderTest): Promise<Paid[]> {
  const customerRef = await newCustomerOf(rail);
  const attached = async (token: string) =>
    valueOf(await rail.attachPaymentMethod(customerRef, token, key())).ref;
  const good = await attached(cards.works);
  const bad = await attached(cards.failsWhenCharged);
  const made: Paid[] = [];
  for (const methods of [[good], [bad, good], [good]]) {
    const request = paymentOf(customerRef, key());
    const { ref } = valueOf(await rail.openPayment(request));
    for (const method of methods) await rail.confirmPayment(ref, method, key());
    made.push({ ref, madeFor: request.key });
  }
  return made;
}

/** Wide enough for a provider whose clock is not quite ours. */
function aroundNow() {
  const nowMs = Date.now();
  return { fromMs: nowMs - 10 * MINUTE_MS, toMs: nowMs + 10 * MINUTE_MS };
}

/** All pages; an account may have much that is not ours. */
async function walked(list: List, range: JournalRange): Promise<Moved[]> {
  const { entries, next } = valueOf(await list(range));
  return next === null
    ? [...entries]
    : [...entries, ...(await walked(list, { ...range, after: next }))];
}
