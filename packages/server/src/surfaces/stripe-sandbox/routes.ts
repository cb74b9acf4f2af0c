import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";

export const SANDBOX_PATH = "/stripe-sandbox";

/** Answers a request of `node:http` by itself. */
export type RawListener = (incoming: FastifyRequest["raw"], outgoing: FastifyReply["raw"]) => void;

/** Hands what comes below `/stripe-sandbox` to the card sandbox: the pages on which people pay. */
export const stripeSandboxRoutes =
  (listener: RawListener): FastifyPluginAsyncTypebox =>
  async (app) => {
    // The sandbox reads the body itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.route({
      method: ["GET", "POST", "DELETE"],
      url: `${SANDBOX_PATH}/*`,
      config: { public: true },
      schema: { hide: true },
      handler: (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      },
    });
  };
