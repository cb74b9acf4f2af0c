import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Engine } from "#flows/engine.ts";
import type { PaymentStatus } from "#modules/payments/domain/index.ts";
import {
  attemptSnapshot,
  disputeSnapshot,
  getPayment,
  listAttempts,
  listDisputesOf,
  listPayments,
  listRefundsOf,
  paymentSnapshot,
  refundSnapshot,
} from "#modules/payments/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./payments-operations.ts";

/** The collecting of invoices, and what became of it. */
export const paymentRoutes =
  ({ publicUrl }: Pick<Engine, "publicUrl">): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/v1/payments", operations.listPayments, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const payments = await listPayments(tx, filterOf(request.query), {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(payments, limit, {
          toWire: (payment) => paymentSnapshot(payment, publicUrl),
          cursor: (payment) => [payment.id, payment.customerId],
        });
      }),
    );

    app.get("/v1/payments/:id", operations.getPayment, (request) =>
      request.transact(async (tx) => {
        const key = ownedIdFrom("payment", request.params.id, "payment_not_found");
        const payment = await getPayment(tx, key);
        const attempts = await listAttempts(tx, payment);
        return {
          ...paymentSnapshot(payment, publicUrl),
          attempts: attempts.map((attempt) => attemptSnapshot(payment.customerId, attempt)),
          refunds: (await listRefundsOf(tx, payment)).map(refundSnapshot),
          disputes: (await listDisputesOf(tx, payment)).map(disputeSnapshot),
        };
      }),
    );
  };

interface Query {
  readonly customer?: string;
  readonly subscription?: string;
  readonly status?: PaymentStatus;
}

function filterOf({ customer, subscription, status }: Query) {
  const key =
    subscription === undefined
      ? undefined
      : ownedIdFrom("subscription", subscription, "subscription_not_found");
  const customerId =
    customer === undefined ? key?.customerId : idFrom("customer", customer, "customer_not_found");
  return {
    ...(customerId === undefined ? {} : { customerId }),
    ...(key === undefined ? {} : { subscriptionId: key.id }),
    ...(status === undefined ? {} : { status }),
  };
}
