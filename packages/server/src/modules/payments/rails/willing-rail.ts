import { assert } from "#kernel/assert.ts";
import type { Rail } from "./rail.ts";

/**
 * A rail that is only supposed: every charge succeeds, and nothing is asked of any provider. What takes
 * more than a charge of a saved card has no place where the future is only played.
 */
export function willingRail({ name }: Pick<Rail, "name">): Rail {
  let charges = 0;
  const newCharge = () => `supposed_${(charges += 1)}`;
  return {
    name,
    async openPayment({ key, amountMinor, currency }) {
      const ref = newCharge();
      const opened = { ref, madeFor: key, status: "open", amountMinor, currency } as const;
      const untried = { latestChargeRef: null, failureCode: null, actionUrl: null };
      return { type: "ok", value: { ...opened, ...untried } };
    },
    findPayment: async () => ({ type: "ok", value: null }),
    // What is under way is supposed to succeed as well; nobody asks what it came to.
    async retrievePayment(ref) {
      const paid = {
        ref,
        madeFor: null,
        status: "succeeded",
        latestChargeRef: newCharge(),
      } as const;
      const money = { amountMinor: 0n, currency: "XXX" };
      return { type: "ok", value: { ...paid, ...money, failureCode: null, actionUrl: null } };
    },
    confirmPayment: async () => ({ type: "succeeded", chargeRef: newCharge() }),
    chargedMinor: ({ amountMinor }) => amountMinor,
    refundedMinor: ({ amountMinor }) => amountMinor,
    ensureCustomer: neverAsked,
    openCheckout: neverAsked,
    retrieveCheckout: neverAsked,
    attachPaymentMethod: neverAsked,
    retrievePaymentMethod: neverAsked,
    detachPaymentMethod: neverAsked,
    authenticatePayment: neverAsked,
    refundPayment: neverAsked,
    findRefund: neverAsked,
    retrieveRefund: neverAsked,
    retrieveDispute: neverAsked,
    listCharges: neverAsked,
    listRefunds: neverAsked,
    parseNotice: neverAsked,
  };
}

function neverAsked(): never {
  assert(false, "a supposed rail only charges");
}
