import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MINUTE_MS } from "#kernel/clock.ts";
import type { Rail, RailAnswer } from "./rail.ts";

/** A rail with the means to play what happens at its other end. */
export interface RailUnderTest {
  readonly rail: Rail;
  /** Tokens of cards that behave as they are named. */
  readonly cards: {
    readonly works: string;
    readonly cannotBeSaved: string;
    readonly failsWhenCharged: string;
  };
  /** How many charges of a payment there were, refused ones included. */
  chargeCount(paymentRef: string): Promise<number>;
  /** Cancels a payment as somebody does at the provider's dashboard. */
  cancelPayment(paymentRef: string): Promise<void>;
  /** A notice as the rail would send it at `atMs`. */
  notice(atMs: number): { readonly rawBody: Uint8Array; readonly signature: string };
  close(): Promise<void>;
}

/** A rail whose checkout page can be paid on by a program. */
export interface RailWithPage extends RailUnderTest {
  /** Does what a payer does on the page of a checkout, with a card that works. */
  payOnPage(url: string): Promise<void>;
}

/** The value of an answer that has one. */
export function valueOf<Value>(answer: RailAnswer<Value>): Value {
  if (answer.type === "ok") return answer.value;
  throw new Error(`the rail answered ${JSON.stringify(answer)}`);
}

export const key = () => `test_${randomUUID()}`;

export const paymentOf = (customerRef: string, paymentKey: string) => ({
  key: paymentKey,
  generation: "1",
  customerRef,
  amountMinor: 1_169_900n,
  currency: "JMD",
  description: "Invoice 1",
});

const checkoutOf = (customerRef: string) => ({
  key: key(),
  generation: "1",
  customerRef,
  returnUrl: "https://billing.example.com/pay/chk_1/return",
  cancelUrl: "https://billing.example.com/pay/chk_1",
  currency: "JMD",
  payment: null,
});

export async function newCustomerOf(rail: Rail): Promise<string> {
  const customer = { key: key(), name: "Ada", email: "ada@example.com" };
  return valueOf(await rail.ensureCustomer(customer)).ref;
}

async function openedPaymentOf(rail: Rail, customerRef: string): Promise<string> {
  return valueOf(await rail.openPayment(paymentOf(customerRef, key()))).ref;
}

/** What every rail promises, whoever is behind it. */
export function describeRail(name: string, open: () => Promise<RailUnderTest>): void {
  describe(`the rail contract, kept by ${name}`, () => {
    let under: RailUnderTest;
    let rail: Rail;
    beforeAll(async () => {
      under = await open();
      rail = under.rail;
    });
    afterAll(() => under.close());

    const newCustomer = () => newCustomerOf(rail);
    const savedCard = async (customerRef: string, token: string) =>
      valueOf(await rail.attachPaymentMethod(customerRef, token, key())).ref;
    const openedPayment = (customerRef: string) => openedPaymentOf(rail, customerRef);

    describe("customers and cards", () => {
      test("a customer is made once for its key", async () => {
        const customer = { key: key(), name: "Ada", email: null };
        const first = await rail.ensureCustomer(customer);
        expect(await rail.ensureCustomer(customer)).toEqual(first);
      });

      test("a saved card tells its brand, its last digits and when it expires", async () => {
        const customerRef = await newCustomer();
        const card = valueOf(await rail.attachPaymentMethod(customerRef, under.cards.works, key()));
        expect(card).toMatchObject({ brand: "visa", last4: "4242" });
        expect(card.expMonth).toBeGreaterThan(0);
        expect(valueOf(await rail.retrievePaymentMethod(card.ref))).toEqual(card);
      });

      test("a request that is sent again saves the same card", async () => {
        const customerRef = await newCustomer();
        const request = [customerRef, under.cards.works, key()] as const;
        const first = await rail.attachPaymentMethod(...request);
        expect(await rail.attachPaymentMethod(...request)).toEqual(first);
      });

      test("a card that its bank refuses is not saved, and the answer says why", async () => {
        const customerRef = await newCustomer();
        const answer = await rail.attachPaymentMethod(
          customerRef,
          under.cards.cannotBeSaved,
          key(),
        );
        expect(answer).toMatchObject({ type: "refused", code: "generic_decline" });
      });

      test("what is no card at all is refused", async () => {
        const answer = await rail.attachPaymentMethod(await newCustomer(), "pm_nonsense", key());
        expect(answer).toMatchObject({ type: "refused", code: "resource_missing" });
      });

      test("a card is forgotten, once and again", async () => {
        const ref = await savedCard(await newCustomer(), under.cards.works);
        expect(await rail.detachPaymentMethod(ref)).toEqual({ type: "ok", value: null });
        expect(await rail.detachPaymentMethod(ref)).toEqual({ type: "ok", value: null });
      });
    });

    describe("payments", () => {
      test("opening one charges nothing, and is done once for its key", async () => {
        const request = paymentOf(await newCustomer(), key());
        const payment = valueOf(await rail.openPayment(request));
        expect(payment).toMatchObject({
          status: "open",
          madeFor: request.key,
          latestChargeRef: null,
        });
        expect(valueOf(await rail.openPayment(request)).ref).toBe(payment.ref);
        expect(await under.chargeCount(payment.ref)).toBe(0);
      });

      test("one whose reference was lost is found by its key", async () => {
        const customerRef = await newCustomer();
        const request = paymentOf(customerRef, key());
        const payment = valueOf(await rail.openPayment(request));
        expect(valueOf(await rail.findPayment(customerRef, request.key))).toEqual(payment);
        expect(valueOf(await rail.findPayment(customerRef, key()))).toBeNull();
      });

      test("an amount that the rail cannot charge is refused", async () => {
        const request = { ...paymentOf(await newCustomer(), key()), amountMinor: 2n ** 60n };
        expect(await rail.openPayment(request)).toMatchObject({ type: "refused" });
      });

      test("confirming it charges the card, once for its attempt", async () => {
        const customerRef = await newCustomer();
        const card = await savedCard(customerRef, under.cards.works);
        const ref = await openedPayment(customerRef);
        const attempt = key();

        const first = await rail.confirmPayment(ref, card, attempt);
        expect(first).toMatchObject({ type: "succeeded", chargeRef: expect.any(String) });
        expect(await rail.confirmPayment(ref, card, attempt)).toEqual(first);
        expect(await under.chargeCount(ref)).toBe(1);
      });

      test("another attempt at what is paid charges nothing and still says that it is paid", async () => {
        const customerRef = await newCustomer();
        const card = await savedCard(customerRef, under.cards.works);
        const ref = await openedPayment(customerRef);
        const first = await rail.confirmPayment(ref, card, key());
        expect(await rail.confirmPayment(ref, card, key())).toEqual(first);
        expect(await under.chargeCount(ref)).toBe(1);
      });

      test("two attempts at once charge once", async () => {
        const customerRef = await newCustomer();
        const card = await savedCard(customerRef, under.cards.works);
        const ref = await openedPayment(customerRef);
        const both = await Promise.all([
          rail.confirmPayment(ref, card, key()),
          rail.confirmPayment(ref, card, key()),
        ]);
        expect(both.map(({ type }) => type)).toContain("succeeded");
        expect(both.map(({ type }) => type)).not.toContain("declined");
        expect(await under.chargeCount(ref)).toBe(1);
      });

      test("a decline is an answer, and the payment takes another card", async () => {
        const customerRef = await newCustomer();
        const bad = await savedCard(customerRef, under.cards.failsWhenCharged);
        const good = await savedCard(customerRef, under.cards.works);
        const ref = await openedPayment(customerRef);

        const declined = await rail.confirmPayment(ref, bad, key());
        expect(declined).toMatchObject({ type: "declined", code: "generic_decline" });
        const payment = valueOf(await rail.retrievePayment(ref));
        expect(payment).toMatchObject({ status: "open", failureCode: "generic_decline" });
        expect(declined).toMatchObject({ chargeRef: payment.latestChargeRef });

        expect(await rail.confirmPayment(ref, good, key())).toMatchObject({ type: "succeeded" });
        const paid = valueOf(await rail.retrievePayment(ref));
        expect(paid).toMatchObject({ status: "succeeded" });
        expect(paid.latestChargeRef).not.toBe(payment.latestChargeRef);
      });

      test("one that was canceled can never be paid, and another takes its place", async () => {
        const customerRef = await newCustomer();
        const card = await savedCard(customerRef, under.cards.works);
        const request = paymentOf(customerRef, key());
        const { ref } = valueOf(await rail.openPayment(request));
        await under.cancelPayment(ref);

        expect(await rail.confirmPayment(ref, card, key())).toMatchObject({
          type: "declined",
          code: "payment_canceled",
        });
        expect(valueOf(await rail.retrievePayment(ref))).toMatchObject({ status: "canceled" });
        expect(await under.chargeCount(ref)).toBe(0);
        expect(valueOf(await rail.findPayment(customerRef, request.key))).toBeNull();

        const next = valueOf(await rail.openPayment({ ...request, generation: "2" }));
        expect(next).toMatchObject({ status: "open", madeFor: request.key });
        expect(valueOf(await rail.findPayment(customerRef, request.key))).toEqual(next);
        expect(await rail.confirmPayment(next.ref, card, key())).toMatchObject({
          type: "succeeded",
        });
      });

      test("a card that was forgotten is declined, not unknown", async () => {
        const customerRef = await newCustomer();
        const card = await savedCard(customerRef, under.cards.works);
        await rail.detachPaymentMethod(card);
        const ref = await openedPayment(customerRef);
        expect(await rail.confirmPayment(ref, card, key())).toMatchObject({ type: "declined" });
      });
    });

    describe("checkouts", () => {
      test("one is opened once for its key and generation", async () => {
        const wanted = checkoutOf(await newCustomer());
        const first = valueOf(await rail.openCheckout(wanted));
        expect(valueOf(await rail.openCheckout(wanted)).ref).toBe(first.ref);
        const next = valueOf(await rail.openCheckout({ ...wanted, generation: "2" }));
        expect(next.ref).not.toBe(first.ref);
      });
    });

    describe("notices", () => {
      const NOW_MS = Date.UTC(2026, 0, 31, 12);

      test.each([
        { offsetMs: 0, because: "it was just sent" },
        { offsetMs: -5 * MINUTE_MS, because: "it is as old as may be" },
        { offsetMs: 5 * MINUTE_MS, because: "its clock is as far ahead as may be" },
      ])("one signed at $offsetMs ms is read: $because", ({ offsetMs }) => {
        const { rawBody, signature } = under.notice(NOW_MS + offsetMs);
        expect(rail.parseNotice(rawBody, signature, NOW_MS)).toEqual({
          id: "evt_1",
          type: "payment_intent.succeeded",
          about: "payment",
          objectRef: "pi_1",
        });
      });

      test.each([
        { offsetMs: -5 * MINUTE_MS - 1000, because: "it could be a replay" },
        { offsetMs: 5 * MINUTE_MS + 1000, because: "it could be replayed for long" },
      ])("one signed at $offsetMs ms is refused: $because", ({ offsetMs }) => {
        const { rawBody, signature } = under.notice(NOW_MS + offsetMs);
        expect(() => rail.parseNotice(rawBody, signature, NOW_MS)).toThrow(
          expect.objectContaining({ code: "rail_signature_invalid" }),
        );
      });

      test("one whose body was changed is refused", () => {
        const { rawBody, signature } = under.notice(NOW_MS);
        const changed = Buffer.from(Buffer.from(rawBody).toString().replace("pi_1", "pi_2"));
        expect(() => rail.parseNotice(changed, signature, NOW_MS)).toThrow(
          expect.objectContaining({ code: "rail_signature_invalid" }),
        );
      });

      test.each(["", "t=abc,v1=00", "v1=00", "t=1769860800"])(
        "the signature '%s' is none",
        (text) => {
          const { rawBody } = under.notice(NOW_MS);
          expect(() => rail.parseNotice(rawBody, text, NOW_MS)).toThrow(
            expect.objectContaining({ code: "rail_signature_invalid" }),
          );
        },
      );
    });
  });
}

/** What every rail promises of the page on which a payer leaves a card. */
export function describeRailPage(name: string, open: () => Promise<RailWithPage>): void {
  describe(`the rail contract for the checkout page, kept by ${name}`, () => {
    let under: RailWithPage;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    test("saving a card on its page leaves the card with the checkout", async () => {
      const wanted = checkoutOf(await newCustomerOf(under.rail));
      const opened = valueOf(await under.rail.openCheckout(wanted));
      expect(opened).toMatchObject({
        status: "open",
        madeFor: wanted.key,
        paymentMethodRef: null,
        payment: null,
        url: expect.stringContaining("http"),
      });

      await under.payOnPage(opened.url ?? "");

      const done = valueOf(await under.rail.retrieveCheckout(opened.ref));
      expect(done).toMatchObject({ status: "completed", payment: null });
      const card = valueOf(await under.rail.retrievePaymentMethod(done.paymentMethodRef ?? ""));
      expect(card).toMatchObject({ last4: "4242" });
      const ref = await openedPaymentOf(under.rail, wanted.customerRef);
      expect(await under.rail.confirmPayment(ref, card.ref, key())).toMatchObject({
        type: "succeeded",
      });
    });

    test("paying on its page leaves a payment, and the card for later charges", async () => {
      const customerRef = await newCustomerOf(under.rail);
      const payment = { amountMinor: 299_900n, description: "First month", keepsCard: true };
      const wanted = { ...checkoutOf(customerRef), payment };
      const opened = valueOf(await under.rail.openCheckout(wanted));

      await under.payOnPage(opened.url ?? "");

      const done = valueOf(await under.rail.retrieveCheckout(opened.ref));
      expect(done.payment).toMatchObject({ status: "succeeded", madeFor: wanted.key });
      expect(await under.chargeCount(done.payment?.ref ?? "")).toBe(1);
      const ref = await openedPaymentOf(under.rail, customerRef);
      expect(
        await under.rail.confirmPayment(ref, done.paymentMethodRef ?? "", key()),
      ).toMatchObject({
        type: "succeeded",
      });
    });
  });
}
