import { Type } from "typebox";
import { manualPaymentMethods } from "#modules/payments/domain/index.ts";
import { Closed, DecimalString, IdString, Instant, Literals } from "#platform/http/wire.ts";

const Decimal = DecimalString();

export const ManualPaymentWire = Closed({
  id: IdString("manualPayment"),
  invoice: IdString("invoice"),
  customer: IdString("customer"),
  reference: Type.String(),
  method: Literals(manualPaymentMethods),
  amount: Decimal,
  surplus: DecimalString({
    description: "What of it was more than due: the customer's credit",
    examples: ["0.00"],
  }),
  currency: Type.String({ examples: ["JMD"] }),
  paid_at: Instant,
  created_at: Instant,
});

export const CreditNoteWire = Closed({
  id: IdString("creditNote"),
  number: Type.String({ description: "Gapless within the project", examples: ["7"] }),
  invoice: IdString("invoice"),
  customer: IdString("customer"),
  reason: Type.String(),
  currency: Type.String({ examples: ["JMD"] }),
  amount: Decimal,
  taken_off_due: DecimalString({ description: "What of it was not paid yet, and is not owed now" }),
  credited_to_balance: DecimalString({ description: "What of it is the customer's credit now" }),
  refunded: DecimalString({
    description: "What of it goes back through the provider: see the payment's refunds",
  }),
  lines: Type.Array(Closed({ line: Type.Integer({ minimum: 1 }), amount: Decimal })),
  created_at: Instant,
});
