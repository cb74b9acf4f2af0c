import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  type AccessTokenDeps,
  type Authenticator,
  issueAccessToken,
  listAccessTokens,
  revokeAccessToken,
  rotateAccessToken,
} from "#modules/keys/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import * as operations from "./access-tokens-operations.ts";
import {
  accessTokenIdFromWire,
  accessTokenToWire,
  issuedTokenToWire,
  newAccessTokenFromWire,
  overlapFromWire,
} from "./access-tokens-wire.ts";

export interface AccessTokenRoutesDeps extends AccessTokenDeps {
  readonly authenticator: Pick<Authenticator, "forget">;
}

/** The tokens that the merchant's own servers call with. */
export const accessTokenRoutes =
  (deps: AccessTokenRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { authenticator, clock } = deps;

    app.post("/v1/access_tokens", operations.createAccessToken, ({ body }, reply) =>
      reply.answer(async (tx) => {
        const wanted = newAccessTokenFromWire(body, clock.now());
        return issuedTokenToWire(await issueAccessToken(tx, deps, wanted));
      }),
    );

    app.get("/v1/access_tokens", operations.listAccessTokens, (request) =>
      request.transact(async (tx) => {
        const { limit, cursor } = request.query;
        const [beforeId = null] = readCursor(cursor, 1) ?? [];
        const tokens = await listAccessTokens(tx, { beforeId, count: limit + 1 });
        return pageOf(tokens, limit, { toWire: accessTokenToWire, cursor: ({ id }) => [id] });
      }),
    );

    app.post("/v1/access_tokens/:id/rotate", operations.rotateAccessToken, (request, reply) => {
      const id = accessTokenIdFromWire(request.params.id);
      const overlapMs = overlapFromWire(request.body);
      return reply
        .answer(async (tx) =>
          issuedTokenToWire(await rotateAccessToken(tx, deps, { id, overlapMs })),
        )
        .finally(() => authenticator.forget(id));
    });

    app.delete("/v1/access_tokens/:id", operations.revokeAccessToken, (request) => {
      const id = accessTokenIdFromWire(request.params.id);
      return request
        .transact(async (tx) => accessTokenToWire(await revokeAccessToken(tx, deps, id)))
        .finally(() => authenticator.forget(id));
    });
  };
