import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Engine } from "#flows/engine.ts";
import { refundPayment } from "#flows/money-back/refund-payment.ts";
import type { RefundStatus } from "#modules/payments/domain/index.ts";
import { getPayment, getRefund, listRefunds, refundSnapshot } from "#modules/payments/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./refunds-operations.ts";
import { amountMinorFrom } from "./wire-amount.ts";

/** Money that is given back of what was collected. */
export const refundRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/payments/:id/refunds", operations.createRefund, ({ params, body }, reply) =>
      reply.answer(async (tx) => {
        const key = ownedIdFrom("payment", params.id, "payment_not_found");
        const { amount, reason = null } = body;
        const { currency } = await getPayment(tx, key);
        const amountMinor = amount === undefined ? null : amountMinorFrom(amount, currency);
        return refundSnapshot(await refundPayment(engine, tx, key, { amountMinor, reason }));
      }),
    );

    app.get("/v1/refunds", operations.listRefunds, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const refunds = await listRefunds(tx, filterOf(request.query), {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(refunds, limit, {
          toWire: refundSnapshot,
          cursor: (refund) => [refund.id, refund.customerId],
        });
      }),
    );

    app.get("/v1/refunds/:id", operations.getRefund, (request) =>
      request.transact(async (tx) =>
        refundSnapshot(
          await getRefund(tx, ownedIdFrom("refund", request.params.id, "refund_not_found")),
        ),
      ),
    );
  };

interface Query {
  readonly customer?: string;
  readonly payment?: string;
  readonly status?: RefundStatus;
}

function filterOf({ customer, payment, status }: Query) {
  const key =
    payment === undefined ? undefined : ownedIdFrom("payment", payment, "payment_not_found");
  const customerId =
    customer === undefined ? key?.customerId : idFrom("customer", customer, "customer_not_found");
  return {
    ...(customerId === undefined ? {} : { customerId }),
    ...(key === undefined ? {} : { paymentId: key.id }),
    ...(status === undefined ? {} : { status }),
  };
}
