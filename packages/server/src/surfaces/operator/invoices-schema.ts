import { Type } from "typebox";
import { AGGREGATIONS } from "#modules/metering/domain/index.ts";
import { Page } from "#platform/http/page.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Nullable,
} from "#platform/http/wire.ts";

const Decimal = DecimalString();

const InvoiceLineWire = Closed({
  line: Type.Integer({ minimum: 1 }),
  kind: Literals([
    "flat",
    "credit",
    "usage",
    "late_usage",
    "minimum",
    "maximum",
    "one_off",
  ] as const),
  price: Nullable(IdString("price")),
  metric: Nullable(
    Type.String({ description: "The name of the price's meter, mostly its metric's" }),
  ),
  description: Type.String(),
  period_start: Instant,
  period_end: Instant,
  quantity: Decimal,
  unit_price: Nullable(Decimal),
  amount: Decimal,
  invoice_item: Type.Optional(
    IdString("invoiceItem", {
      description: "The pending item that it billed, where it billed one",
    }),
  ),
});

export const InvoiceWire = Closed(
  {
    id: IdString("invoice"),
    number: Type.String({ description: "Gapless within the project", examples: ["42"] }),
    status: Literals(["open", "paid", "void", "uncollectible"] as const),
    reason: Literals(["opening", "renewal", "change", "term", "final", "one_off"] as const),
    customer: IdString("customer"),
    subscription: Nullable(IdString("subscription")),
    currency: Type.String({ examples: ["JMD"] }),
    period_start: Instant,
    period_end: Instant,
    base_amount: Decimal,
    usage_amount: Decimal,
    total: Decimal,
    credit_applied: DecimalString({
      description:
        "What it took of its customer's credit; below zero it is what it put there for the next ones",
    }),
    amount_credited: DecimalString({
      description: "What credit notes took off before it was paid",
      examples: ["0.00"],
    }),
    amount_due: DecimalString({
      description: "What was to be paid of it in all: the total less both of these",
    }),
    amount_paid: Decimal,
    amount_remaining: DecimalString({
      description: "What is still to be paid",
      examples: ["0.00"],
    }),
    issued_at: Instant,
    collection: Literals(["charge", "send"] as const),
    due_at: { ...Instant, description: "Until when it is to be paid" },
    overdue_at: Nullable({
      ...Instant,
      description: "When it was told that it is due and not paid",
    }),
    paid_at: Nullable(Instant),
    payment_url: Nullable(
      Type.String({
        description:
          "Where the payer sees it and pays it by card, without a token: whoever has this address can. Null unless it was sent and waits to be paid",
        examples: [
          "https://billing.example/pay/inv_01jz8p3xq5v7k01jz8p3xq5v7k.Zm9vYmFyYmF6cXV4MTIzNA",
        ],
      }),
    ),
    lines: Type.Array(InvoiceLineWire),
  },
  { title: "Invoice" },
);

const RatedTierWire = Closed({
  from: Decimal,
  up_to: Nullable(Decimal),
  quantity: Decimal,
  unit_price: Decimal,
  flat_price: Decimal,
  package_size: Type.Optional(Decimal),
  packages: Type.Optional(Type.String({ description: "How many packages were started" })),
  exact: Type.String(),
});

const CountedChargeWire = Closed({
  invoice: IdString("invoice"),
  line: Type.Integer(),
  description: Type.String(),
  amount: Decimal,
  beyond: Type.String({
    description: "How much of it lies beyond the maximum",
    examples: ["0.00"],
  }),
});

const UsageEventWire = Closed({
  reference_id: Type.String(),
  quantity: Decimal,
  occurred_at: Instant,
  received_at: Instant,
  properties: Nullable(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  ),
  fee: Type.Optional(
    Type.String({ description: "What this event costs, where the price is per event" }),
  ),
});

const MeterWire = Closed({
  metric: Type.String({ examples: ["packages"] }),
  meter: Type.String({ examples: ["packages"] }),
  aggregation: Literals(AGGREGATIONS),
  property: Nullable(Type.String()),
  filters: Type.Record(Type.String(), Type.Array(Type.String())),
});

export const ExplanationWire = Closed({
  invoice: IdString("invoice"),
  line: Type.Integer(),
  description: Type.String(),
  currency: Type.String(),
  measured: Nullable(MeterWire),
  formula: Type.String({ examples: ["150 × 50 = 7500"] }),
  tiers: Type.Array(RatedTierWire),
  charges: Type.Array(CountedChargeWire, {
    description: "The lines that a minimum or maximum counts; none on any other line",
  }),
  exact: Type.String({ description: "The amount before rounding, every digit" }),
  rounding: Type.String(),
  recomputed: Decimal,
  billed: Decimal,
  holds: Type.Boolean({
    description: "Whether computing it from the events gives what was billed",
  }),
  events: Nullable(Page(UsageEventWire)),
});
