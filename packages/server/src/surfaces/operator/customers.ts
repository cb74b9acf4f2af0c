import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  type CustomerMaking,
  createCustomer,
  getCustomer,
  listCustomers,
  updateCustomer,
  withCredit,
} from "#modules/customers/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./customers-operations.ts";
import { customerChanges, customerDraft, customerToWire, oneToWire } from "./customers-wire.ts";

/** Who is billed. */
export const customerRoutes =
  (making: CustomerMaking): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/customers", operations.createCustomer, ({ body }, reply) =>
      reply.answer(async (tx) => {
        const customer = await createCustomer(tx, making, customerDraft(body));
        return oneToWire(await withCredit(tx, [customer]));
      }),
    );

    app.get("/v1/customers", operations.listCustomers, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit, email, external_id: externalId } = request.query;
        const [before = null] = readCursor(cursor, 1) ?? [];
        const filter = {
          ...(email === undefined ? {} : { email }),
          ...(externalId === undefined ? {} : { externalId }),
        };
        const customers = await listCustomers(tx, filter, { before, limit: limit + 1 });
        return pageOf(await withCredit(tx, customers), limit, {
          toWire: customerToWire,
          cursor: ({ customer }) => [customer.customerId],
        });
      }),
    );

    app.get("/v1/customers/:id", operations.getCustomer, (request) =>
      request.transact(async (tx) => {
        const customer = await getCustomer(tx, idOf(request.params));
        return oneToWire(await withCredit(tx, [customer]));
      }),
    );

    app.patch("/v1/customers/:id", operations.updateCustomer, (request) =>
      request.transact(async (tx) => {
        const changes = customerChanges(request.body);
        const customer = await updateCustomer(tx, idOf(request.params), changes);
        return oneToWire(await withCredit(tx, [customer]));
      }),
    );
  };

function idOf({ id }: { readonly id: string }): bigint {
  return idFrom("customer", id, "customer_not_found");
}
