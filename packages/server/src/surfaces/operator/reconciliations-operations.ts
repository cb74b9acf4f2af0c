import { Type } from "typebox";
import { differenceKinds } from "#modules/reconciliation/domain/index.ts";
import { Page, PageQuery } from "#platform/http/page.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Nullable,
} from "#platform/http/wire.ts";

const tags = ["reconciliations"];

const reconciliation = {
  id: IdString("reconciliation"),
  rail: Type.String({ examples: ["stripe"] }),
  from: Instant,
  to: Instant,
  charge_count: Type.Integer({ description: "Charges of this project that were compared" }),
  refund_count: Type.Integer({ description: "Refunds of this project that were compared" }),
  foreign_count: Type.Integer({
    description: "Charges and refunds at the same provider that somebody else made",
  }),
  difference_count: Type.Integer(),
  created_at: Instant,
};

const DifferenceWire = Closed({
  kind: Literals(differenceKinds),
  rail_ref: Type.String({ examples: ["ch_3PqK"] }),
  payment: Nullable(IdString("payment")),
  currency: Type.String({ examples: ["JMD"] }),
  rail_amount: DecimalString({ description: "What the provider says" }),
  ledger_amount: DecimalString({ description: "What stands in the ledger" }),
});

const ReconciliationDetailWire = Closed({
  ...reconciliation,
  differences: Type.Array(DifferenceWire, { description: "The first thousand" }),
});

export const createReconciliation = {
  config: {
    scope: "billing:write",
    refuses: [
      "reconciliation_range_invalid",
      "rail_not_configured",
      "rail_unavailable",
      "time_invalid",
    ],
  },
  schema: {
    operationId: "createReconciliation",
    summary: "Compare the provider's journal with the ledger now",
    description:
      "It is also done every night. Without a range it covers what has passed since the one before, up to ten minutes ago, and at least a day. Nothing is changed: a difference is for a person to look at.",
    tags,
    body: Closed({ from: Type.Optional(Instant), to: Type.Optional(Instant) }),
    response: { 201: ReconciliationDetailWire },
  },
} as const;

export const listReconciliations = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listReconciliations",
    summary: "List reconciliations, newest first",
    tags,
    querystring: PageQuery({}),
    response: { 200: Page(Closed(reconciliation)) },
  },
} as const;

export const getReconciliation = {
  config: { scope: "billing:read", refuses: ["reconciliation_not_found"] },
  schema: {
    operationId: "getReconciliation",
    summary: "Get a reconciliation with its differences",
    tags,
    params: Closed({ id: IdString("reconciliation") }),
    response: { 200: ReconciliationDetailWire },
  },
} as const;
