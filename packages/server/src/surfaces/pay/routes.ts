import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import {
  type CheckoutVisiting,
  type Visit,
  visitCheckout,
} from "#flows/checkout/visit-checkout.ts";
import { type PaymentVisit, visitPayment } from "#flows/finish-payment.ts";
import {
  type InvoiceVisit,
  type InvoiceVisitIntent,
  visitInvoice,
} from "#flows/invoice-page/visit-invoice.ts";
import { BillingError } from "#kernel/error.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import { invoicePage } from "./invoice-page.ts";
import { type PageText, page } from "./page.ts";
import { HTML, PAGES } from "./texts.ts";

export interface PayDeps extends CheckoutVisiting {
  /** Called when a payer came back: something may be due to be charged now. */
  readonly onReturn: () => void;
}

const params = Closed({ id: IdString("checkout") });

/**
 * Payment links: the short address a merchant hands out, and where the rail's page leads back to. The
 * same for a payment (`pay_…`) that its bank wants the payer for, and for an invoice (`inv_…`) that was
 * sent: that one is shown first, and `/card` leads to the rail's page.
 */
export const payRoutes =
  (deps: PayDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      "/pay/:id",
      { config: { public: true }, schema: { hide: true, params } },
      async (request, reply) =>
        show(reply, request.params.id, await visit(deps, request.params.id, "see")),
    );

    app.get(
      "/pay/:id/card",
      { config: { public: true }, schema: { hide: true, params } },
      async (request, reply) =>
        show(reply, request.params.id, await visit(deps, request.params.id, "pay")),
    );

    app.get(
      "/pay/:id/return",
      {
        config: { public: true },
        schema: {
          hide: true,
          params,
          querystring: Type.Object({ session_id: Type.Optional(Type.String()) }),
        },
      },
      // The page is the one that was kept with the checkout: what the address says is not believed.
      async (request, reply) => {
        const outcome = await visit(deps, request.params.id, "return");
        deps.onReturn();
        return show(reply, request.params.id, outcome);
      },
    );
  };

type Shown = Visit | PaymentVisit | InvoiceVisit | { readonly type: "unavailable" };

async function visit(deps: PayDeps, id: string, intent: InvoiceVisitIntent): Promise<Shown> {
  const checkout = parseOwnedId("checkout", id);
  const payment = parseOwnedId("payment", id);
  const invoice = deps.engine.invoiceLinks.read(id);
  try {
    if (checkout !== null) return await visitCheckout(deps, checkout);
    if (payment !== null) {
      return await visitPayment(deps, payment, { isReturn: intent === "return" });
    }
    if (invoice !== null) return await visitInvoice(deps, invoice, intent);
    return { type: "unknown_link" };
  } catch (error) {
    const isPassing = error instanceof BillingError && error.kind === "unavailable";
    if (isPassing) return { type: "unavailable" };
    throw error;
  }
}

function show(reply: FastifyReply, id: string, outcome: Shown): FastifyReply {
  reply.header("cache-control", "no-store");
  switch (outcome.type) {
    case "page":
      return reply.redirect(outcome.url, 303);
    case "done":
      return outcome.returnUrl === null
        ? send(reply, 200, PAGES.done)
        : reply.redirect(outcome.returnUrl, 303);
    case "paid":
      return send(reply, 200, PAGES.paid);
    case "given_back":
      return send(reply, 410, PAGES.given_back);
    case "not_finished":
      return send(reply, 200, {
        ...PAGES.not_finished,
        action: { label: "Continue", href: `/pay/${encodeURIComponent(id)}` },
      });
    case "invoice":
      return sendPage(reply, 200, invoicePage(outcome, `/pay/${encodeURIComponent(id)}/card`));
    case "ended":
      return send(reply, 410, PAGES.ended);
    case "unknown_link":
      return send(reply, 404, PAGES.unknown_link);
    case "unavailable":
      reply.header("retry-after", "5");
      return send(reply, 503, {
        ...PAGES.unavailable,
        action: { label: "Try again", href: `/pay/${encodeURIComponent(id)}` },
      });
  }
}

function send(reply: FastifyReply, status: number, text: PageText): FastifyReply {
  return sendPage(reply, status, page(text));
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).type(HTML).send(html);
}
