import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { createNoticeReceiver, type NoticeReceiving } from "#flows/receive-rail-notice.ts";
import { Closed } from "#platform/http/wire.ts";

export interface RailNoticeDeps extends NoticeReceiving {
  /** Called when a notice was stored: whoever handles them may look now. */
  readonly onNotice: () => void;
}

/**
 * Where Stripe sends its events. An event whose signature is right is stored once by its id and
 * answered at once; a job handles it.
 */
export const stripeWebhookRoutes =
  (deps: RailNoticeDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const receive = createNoticeReceiver(deps);
    app.post(
      "/rails/stripe/webhook/:project",
      {
        config: {
          public: true,
          rawBody: true,
          refuses: ["project_not_found", "rail_not_configured", "rail_signature_invalid"],
        },
        schema: {
          operationId: "receiveStripeEvent",
          summary: "Receive an event from Stripe",
          description: "`project` is a project's name and its side: `shop-live`, `shop-sandbox`.",
          tags: ["rails"],
          params: Closed({ project: Type.String({ maxLength: 100, examples: ["shop-sandbox"] }) }),
          response: { 200: Closed({ received: Type.Literal(true) }) },
        },
      },
      async ({ params, body, headers }) => {
        await receive({
          project: params.project,
          rawBody: Buffer.from(typeof body === "string" ? body : ""),
          signature: String(headers["stripe-signature"] ?? ""),
        });
        deps.onNotice();
        return { received: true as const };
      },
    );
  };
