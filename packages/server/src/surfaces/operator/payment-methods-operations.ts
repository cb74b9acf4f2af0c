import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Instant } from "#platform/http/wire.ts";

const tags = ["payment methods"];
const OfCustomer = Closed({ id: IdString("customer") });

const PaymentMethodWire = Closed({
  id: IdString("paymentMethod"),
  customer: IdString("customer"),
  brand: Type.String({ examples: ["visa"] }),
  last4: Type.String({ examples: ["4242"] }),
  exp_month: Type.Integer({ examples: [12] }),
  exp_year: Type.Integer({ examples: [2030] }),
  is_default: Type.Boolean({ description: "Whether this is the card that is charged" }),
  created_at: Instant,
});

export const savePaymentMethod = {
  config: {
    scope: "billing:write",
    refuses: [
      "customer_not_found",
      "payment_method_refused",
      "rail_not_configured",
      "rail_unavailable",
      "subscription_not_found",
    ],
  },
  schema: {
    operationId: "savePaymentMethod",
    summary: "Save a card as the one that is charged from now on",
    description:
      "What failed to be charged is tried again at once. Card numbers go to the provider's own pages only: this takes the provider's token of a card, in sandbox a test card such as `pm_card_visa`. What waits at a payment link is an offer that its payer takes there: a card begins it only where `subscription` names it.",
    tags,
    params: OfCustomer,
    body: Closed({
      token: Type.String({ pattern: "^[A-Za-z0-9_]{1,200}$", examples: ["pm_card_visa"] }),
      subscription: Type.Optional({
        ...IdString("subscription"),
        description:
          "A subscription of the customer that waits for a card: it begins with this one, as on its payment link. One that began or ended already stays as it is.",
      }),
    }),
    response: { 201: PaymentMethodWire },
  },
} as const;

export const listPaymentMethods = {
  config: { scope: "billing:read", refuses: ["customer_not_found"] },
  schema: {
    operationId: "listPaymentMethods",
    summary: "List a customer's saved cards, newest first",
    tags,
    params: OfCustomer,
    querystring: PageQuery({}),
    response: { 200: Page(PaymentMethodWire) },
  },
} as const;

export const removePaymentMethod = {
  config: {
    scope: "billing:write",
    refuses: [
      "customer_not_found",
      "payment_method_not_found",
      "rail_not_configured",
      "rail_unavailable",
    ],
  },
  schema: {
    operationId: "removePaymentMethod",
    summary: "Forget a saved card",
    description:
      "Of the cards that are left, the newest is charged from now on, if this was the one.",
    tags,
    params: Closed({ id: IdString("customer"), payment_method: IdString("paymentMethod") }),
    response: { 200: PaymentMethodWire },
  },
} as const;
